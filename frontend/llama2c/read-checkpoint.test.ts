import fc from "fast-check";
import { expect, test } from "vitest";
import type { ModelConfig } from "../checkpoint.ts";
import { memorySource } from "../files/byte-source.ts";
import { codesOf, unwrap } from "../testing/codes.ts";
import { seededFloats, tinyConfig } from "../testing/tiny-model.ts";
import { writeLlama2c } from "../testing/write-llama2c.ts";
import { readLlama2c } from "./read-checkpoint.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const llama: ModelConfig = {
  ...tinyConfig,
  architecture: "llama",
  headDim: 4,
  heads: 2,
  window: undefined,
  bosId: 1,
  eosIds: [1, 2],
};
const read = (bytes: Uint8Array): ReturnType<typeof readLlama2c> =>
  readLlama2c(memorySource("tiny.bin", bytes));

test("a separate classifier, marked by a negative vocabulary size, and a shared one", () => {
  const separate = unwrap(read(writeLlama2c(llama)));
  expect(separate.config).toEqual(llama);
  expect(separate.id).toBe("tiny");
  expect(separate.head).toEqual(seededFloats(80, 99));
  const tied = unwrap(read(writeLlama2c({ ...llama, tied: true })));
  expect(tied.config.tied).toBe(true);
  expect(tied.head).toBe(tied.embed);
});

test("rotary rows come out half-split, others as they are; w2 is down, w3 up", () => {
  const { layers } = unwrap(read(writeLlama2c(llama)));
  const rows = (matrix: Float32Array): readonly string[] =>
    Array.from({ length: matrix.length / 8 }, (_, i) => matrix.subarray(8 * i, 8 * i + 8).join());
  const stored = rows(seededFloats(128, 3));
  expect(rows(layers[0]?.wq ?? new Float32Array())).toEqual(
    [0, 2, 1, 3, 4, 6, 5, 7].map((row) => stored[row]),
  );
  expect(layers[1]?.wo).toEqual(seededFloats(128, 6).slice(64));
  expect(layers[0]?.wDown).toEqual(seededFloats(192, 9).slice(0, 96));
  expect(layers[0]?.wUp).toEqual(seededFloats(192, 10).slice(0, 96));
});

test("truncated, too long, of a later version, or no checkpoint at all", () => {
  const bytes = writeLlama2c(llama);
  expect(codesOf(read(bytes.subarray(0, -4)))).toEqual(["frontend.llama2c-size"]);
  expect(codesOf(read(new Uint8Array([...bytes, 0])))).toEqual(["frontend.llama2c-size"]);
  expect(codesOf(read(bytes.subarray(0, 20)))).toEqual(["frontend.llama2c-header"]);
  expect(codesOf(read(new Uint8Array(64)))).toEqual(["frontend.llama2c-header"]);
  const later = new Uint8Array(256);
  later.set([0x32, 0x34, 0x6b, 0x61, 2]);
  expect(codesOf(read(later))).toEqual(["frontend.llama2c-version"]);
});

test("a weight that is no number", () => {
  const bytes = writeLlama2c(llama);
  bytes.set([0, 0, 0xc0, 0x7f], 28);
  expect(codesOf(read(bytes))).toEqual(["frontend.weight-not-finite"]);
});

test("arbitrary headers are diagnostics, never exceptions or huge allocations", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => read(bytes).kind === "error"));
  const fields = fc.array(fc.oneof(fc.integer(), fc.integer({ min: -4, max: 64 })), {
    minLength: 7,
    maxLength: 7,
  });
  fc.assert(
    fc.property(fields, (list) => read(new Uint8Array(Int32Array.from(list).buffer)).kind === "error"),
  );
});
