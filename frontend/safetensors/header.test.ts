import fc from "fast-check";
import { expect, test } from "vitest";
import { memorySource } from "../files/byte-source.ts";
import { codesOf, unwrap } from "../testing/codes.ts";
import { assembleSafetensors, type WrittenTensor, writeSafetensors } from "../testing/write-safetensors.ts";
import { readSafetensorsHeader } from "./header.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const read = (bytes: Uint8Array): ReturnType<typeof readSafetensorsHeader> =>
  readSafetensorsHeader(memorySource("m.safetensors", bytes));

const tensors = fc
  .uniqueArray(fc.tuple(fc.string({ minLength: 1, maxLength: 8 }), fc.array(fc.nat(4), { maxLength: 3 })), {
    selector: ([name]) => name,
    maxLength: 6,
  })
  .map((list) =>
    list
      .filter(([name]) => name !== "__metadata__" && name !== "__proto__")
      .map(([name, shape]): WrittenTensor => {
        const bytes = new Uint8Array(2 * shape.reduce((a, b) => a * b, 1)).fill(7);
        return { name, dtype: "F16", shape, bytes };
      }),
  );

test("any well-formed file is read as it was written", () => {
  fc.assert(
    fc.property(tensors, (written) => {
      const found = unwrap(read(writeSafetensors(written)));
      const byName = new Map(found.map((entry) => [entry.name, entry]));
      expect(found.length).toBe(written.length);
      for (const { name, shape, bytes } of written) {
        const entry = byName.get(name);
        expect(entry?.shape).toEqual(shape);
        expect((entry?.end ?? 0) - (entry?.begin ?? 0)).toBe(bytes.length);
      }
    }),
  );
});

test("a damaged file is a table or diagnostics, never an exception, and no entry leaves the file", () => {
  const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 8 });
  fc.assert(
    fc.property(tensors, damage, fc.nat(), (written, changes, cut) => {
      const bytes = writeSafetensors(written);
      for (const [place, value] of changes) bytes[place % bytes.length] = value;
      const shortened = bytes.subarray(0, bytes.length - (cut % 16));
      const result = read(shortened);
      if (result.kind === "error") expect(result.diagnostics.length).toBeGreaterThan(0);
      else for (const entry of result.value) expect(entry.end).toBeLessThanOrEqual(shortened.length);
    }),
    { numRuns: 500 },
  );
});

test("arbitrary bytes are never read as something", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => read(bytes).kind === "error"));
});

test("a header beyond the file", () => {
  const code = ["frontend.safetensors-header-beyond-file"];
  expect(codesOf(read(new Uint8Array(3)))).toEqual(code);
  expect(codesOf(read(assembleSafetensors("{}").subarray(0, 9)))).toEqual(code);
  const huge = assembleSafetensors("{}");
  huge.fill(255, 0, 8);
  expect(codesOf(read(huge))).toEqual(code);
});

test("a garbled header names its line and column", () => {
  const result = read(assembleSafetensors('{"a" 1}'));
  expect(codesOf(result)).toEqual(["frontend.json-garbled"]);
  expect(result.kind === "error" && result.diagnostics[0]?.where).toMatchObject({ line: 1, column: 6 });
});

test.each([
  ["a header that is no object", "[1]"],
  ["an entry without offsets", '{"a": {"dtype": "F32", "shape": [1]}}'],
  ["a negative size", '{"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}'],
  ["an end before its begin", '{"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}}'],
])("%s is malformed", (_, header) => {
  expect(codesOf(read(assembleSafetensors(header, new Uint8Array(4))))).toContain(
    "frontend.safetensors-header-malformed",
  );
});

const entry = (begin: number, end: number): string =>
  `{"dtype": "F32", "shape": [1], "data_offsets": [${String(begin)}, ${String(end)}]}`;

test("truncated, overlapping, unclaimed and wrongly sized tensors", () => {
  const four = new Uint8Array(4);
  expect(codesOf(read(assembleSafetensors(`{"a": ${entry(0, 4)}, "b": ${entry(4, 8)}}`, four)))).toEqual([
    "frontend.safetensors-truncated",
  ]);
  expect(codesOf(read(assembleSafetensors(`{"a": ${entry(0, 4)}, "b": ${entry(0, 4)}}`, four)))).toEqual([
    "frontend.safetensors-overlap",
  ]);
  expect(codesOf(read(assembleSafetensors(`{"a": ${entry(4, 8)}}`, four, four)))).toEqual([
    "frontend.safetensors-unclaimed-bytes",
  ]);
  expect(codesOf(read(assembleSafetensors(`{"a": ${entry(0, 4)}}`, four, four)))).toEqual([
    "frontend.safetensors-unclaimed-bytes",
  ]);
  expect(codesOf(read(assembleSafetensors(`{"a": ${entry(0, 8)}}`, four, four)))).toEqual([
    "frontend.safetensors-size",
  ]);
});
