import { expect, test } from "vitest";
import { memorySource } from "../files/byte-source.ts";
import { quantizeInt4 } from "../quantize/quantize-int4.ts";
import { unwrap } from "../testing/codes.ts";
import { readGgufModel } from "./read-model.ts";
import { requantizationError } from "./requantization.ts";
import { fable, fableGguf } from "./testing/fable-gguf.ts";

const int4 = { kind: "int4", group: 32, rounding: "nearest" } as const;

test("what a second rounding costs", () => {
  const eight = unwrap(readGgufModel(memorySource("m.gguf", fableGguf("Q8_0")))).checkpoint;
  const four = unwrap(readGgufModel(memorySource("m.gguf", fableGguf("Q4_0")))).checkpoint;
  expect(requantizationError(eight, { kind: "int8", scales: "channel" })).toBeCloseTo(0.0061, 4);
  expect(requantizationError(four, int4)).toBeLessThan(0.6 * requantizationError(fable(), int4));
  expect(requantizationError(four, { kind: "bf16" })).toBeLessThan(0.002);
  expect(requantizationError(four, { kind: "f32" })).toBe(0);
});

test("int4 keeps the nibbles of Q4_0, but for the level that it has not", () => {
  const { checkpoint } = unwrap(readGgufModel(memorySource("m.gguf", fableGguf("Q4_0"))));
  const values = checkpoint.layers[0]?.wUp ?? new Float32Array();
  const { weights } = quantizeInt4(128, 32, [values]);
  let kept = 0;
  for (let group = 0; group < values.length; group += 32) {
    const of = values.subarray(group, group + 32);
    const step = of.reduce((most, value) => Math.max(most, Math.abs(value)), 0) / 8; // the extreme is at -8
    for (const [i, value] of of.entries()) {
      const nibble = Math.round(value / step);
      const clipped = Math.max(-7, Math.min(7, nibble));
      if (weights[group + i] === clipped) kept++;
    }
  }
  expect(kept / values.length).toBeGreaterThan(0.999);
});
