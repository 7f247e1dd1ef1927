import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { type BlockType, dequantizers } from "./dequantize.ts";
import { randomBlocks } from "./testing/random-blocks.ts";

// SHA-256 of the float32 values that the package `gguf` 0.19.0 of llama.cpp's authors makes of the same blocks.
const recorded: readonly (readonly [BlockType, string])[] = [
  ["Q8_0", "412aac786d73135364bff6d9b8ab3ee661bb84c9fdf6a6551e976a8efa93f4a9"],
  ["Q4_0", "d43233a79ca511ab5a2f4c80b64b84a880b2bca9422a4d8f5a8073bf06d8f97c"],
  ["Q4_K", "fb08e735fcfa1e46f68f7d3beae42a2d46c0646ba81dc1eb9b7b802e1b4130b6"],
  ["Q6_K", "5edcedced1e267302d56edd16b6e9651dfafba51c81b4909805813a7fee43a38"],
];

test.each(recorded)("blocks of type %s have the values that ggml gives them, to the bit", (type, hash) => {
  const { bytes, elements } = randomBlocks(type, 200);
  const out = new Float32Array(elements);
  dequantizers[type](bytes, out);
  expect(createHash("sha256").update(new Uint8Array(out.buffer)).digest("hex")).toBe(hash);
});
