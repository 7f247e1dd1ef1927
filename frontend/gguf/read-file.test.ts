import fc from "fast-check";
import { expect, test } from "vitest";
import { type ByteSource, memorySource } from "../files/byte-source.ts";
import { codesOf, unwrap } from "../testing/codes.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { readGguf } from "./read-file.ts";
import { readGgufModel } from "./read-model.ts";
import { fableTokenizer } from "./testing/fable-gguf.ts";
import { writeCheckpoint } from "./testing/write-checkpoint.ts";
import { u32, type WrittenGgufTensor, writeGguf } from "./testing/write-gguf.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const open = (bytes: Uint8Array): ReturnType<typeof readGguf> => readGguf(memorySource("m.gguf", bytes));
const codes = (bytes: Uint8Array): readonly string[] => codesOf(open(bytes));
const tensor = (change: Partial<WrittenGgufTensor> = {}): WrittenGgufTensor => ({
  name: "t",
  type: "F32",
  shape: [2, 4],
  bytes: new Uint8Array(32),
  ...change,
});
const valid = writeGguf(new Map([["a", u32(7)]]), [tensor()]);

/** The file with `value` written over `bytes` bytes at an offset. */
function patched(offset: number, value: bigint, bytes = 8): Uint8Array {
  const copy = Buffer.from(valid);
  const field = Buffer.alloc(8);
  field.writeBigUInt64LE(value);
  field.copy(copy, offset, 0, bytes);
  return new Uint8Array(copy);
}

test("a small file, both versions, any alignment", () => {
  for (const quirks of [{}, { version: 2 }, { alignment: 1 }, { alignment: 4096 }]) {
    const file = unwrap(open(writeGguf(new Map([["a", u32(7)]]), [tensor(), tensor({ name: "u" })], quirks)));
    expect(file.metadata.get("a")?.value).toEqual({ kind: "number", value: 7 });
    expect([...file.tensors.values()].map(({ shape, elements }) => [shape, elements])).toEqual([
      [[2, 4], 8],
      [[2, 4], 8],
    ]);
  }
});

test("magic, version and byte order", () => {
  expect(codes(new Uint8Array())).toEqual(["frontend.gguf-header"]);
  expect(codes(patched(0, 0x46554748n, 4))).toEqual(["frontend.gguf-header"]);
  expect(codes(patched(4, 1n, 4))).toEqual(["frontend.gguf-header"]);
  const swapped = open(patched(4, 0x03000000n, 4));
  expect(swapped.kind === "error" && swapped.diagnostics[0]?.message).toContain("big-endian");
});

// Offsets in `valid`: key length at 24, value type at 33, tensor name length at 41, dimensions at 50, extents at 54 and 62,
// type at 70, offset at 74, data from 96.
test.each<[string, Uint8Array, string]>([
  ["2^63 tensors", patched(8, 2n ** 63n), "frontend.gguf-malformed"],
  ["2^40 keys", patched(16, 2n ** 40n), "frontend.gguf-malformed"],
  ["a key of 2^60 bytes", patched(24, 2n ** 60n), "frontend.gguf-malformed"],
  ["a value of type 99", patched(33, 99n, 4), "frontend.gguf-malformed"],
  ["a tensor name of 2^32 bytes", patched(41, 2n ** 32n), "frontend.gguf-malformed"],
  ["no dimensions", patched(50, 0n, 4), "frontend.gguf-malformed"],
  ["five dimensions", patched(50, 5n, 4), "frontend.gguf-malformed"],
  ["an extent of 0", patched(54, 0n), "frontend.gguf-malformed"],
  ["an extent of 2^63", patched(54, 2n ** 63n), "frontend.gguf-malformed"],
  ["extents of 2^52 each", patched(54, 2n ** 52n), "frontend.gguf-tensor-place"],
  ["a place off the alignment", patched(74, 4n), "frontend.gguf-tensor-place"],
  ["a place beyond the file", patched(74, 2n ** 40n), "frontend.gguf-tensor-place"],
  ["an alignment of 3", writeGguf(new Map(), [], { alignment: 3 }), "frontend.gguf-key"],
  ["rows of no whole blocks", writeGguf(new Map(), [tensor({ type: "Q8_0" })]), "frontend.gguf-tensor-place"],
  ["the same name twice", writeGguf(new Map(), [tensor(), tensor()]), "frontend.gguf-tensor-place"],
  ["half of the data", valid.subarray(0, -16), "frontend.gguf-tensor-place"],
  ["half of the table", valid.subarray(0, 60), "frontend.gguf-malformed"],
])("%s", (_, bytes, code) => {
  expect(new Set(codes(bytes))).toEqual(new Set([code]));
});

test("overlapping tensors", () => {
  const two = Buffer.from(writeGguf(new Map(), [tensor(), tensor({ name: "u" })]));
  two.writeBigUInt64LE(0n, two.indexOf("u") + 1 + 4 + 16 + 4);
  expect(codes(new Uint8Array(two))).toEqual(["frontend.gguf-tensor-place"]);
});

test("arrays: of arrays, of too many elements, a boolean of 2, a key twice", () => {
  const array = (type: number, count: bigint): Uint8Array => {
    const head = Buffer.from(writeGguf(new Map([["a", u32(0)]]), []).subarray(0, 33));
    const rest = Buffer.alloc(4 + 4 + 8 + 64);
    rest.writeUInt32LE(9);
    rest.writeUInt32LE(type, 4);
    rest.writeBigUInt64LE(count, 8);
    rest[16] = 2;
    return new Uint8Array(Buffer.concat([head, rest]));
  };
  for (const bytes of [array(9, 1n), array(0, 2n ** 62n), array(8, 2n ** 33n), array(7, 4n), array(55, 1n)])
    expect(codes(bytes)).toEqual(["frontend.gguf-malformed"]);
  const twice = Buffer.from(
    writeGguf(
      new Map([
        ["ab", u32(1)],
        ["cb", u32(2)],
      ]),
      [],
    ),
  );
  twice.write("ab", twice.indexOf("cb"));
  expect(codes(new Uint8Array(twice))).toEqual(["frontend.gguf-malformed"]);
});

test("a type that is not read is named where a model needs it, not before", () => {
  const model = Buffer.from(writeCheckpoint(tinyCheckpoint(tinyConfig), { type: "F32" }));
  const name = "blk.1.ffn_up.weight";
  model.writeUInt32LE(13, model.indexOf(name) + name.length + 4 + 16);
  expect(unwrap(open(new Uint8Array(model))).tensors.has(name)).toBe(false);
  const read = readGgufModel(memorySource("m.gguf", new Uint8Array(model)));
  expect(read.kind === "error" && read.diagnostics.map(({ code, message }) => [code, message])).toEqual([
    ["frontend.gguf-tensor-type", `tensor '${name}' has element type Q5_K`],
  ]);
});

/** A source that fails the test when more is read than a file of this size can need. */
function metered(bytes: Uint8Array): { readonly source: ByteSource; readonly read: () => number } {
  const plain = memorySource("m.gguf", bytes);
  let total = 0;
  const readInto = (target: Uint8Array, offset: number): void => {
    expect(offset + target.length).toBeLessThanOrEqual(bytes.length);
    total += target.length;
    plain.readInto(target, offset);
  };
  return { source: { ...plain, readInto }, read: () => total };
}

test("any damage is a model or a diagnostic: quick, without reading beyond the file or much more than once", () => {
  const whole = writeCheckpoint(tinyCheckpoint({ ...tinyConfig, vocab: 768 }), {
    type: "Q8_0",
    otherwise: "F16",
    metadata: fableTokenizer(),
  });
  const header = whole.length - 768 * 8 * 4;
  const place = fc.oneof(fc.nat(200), fc.nat(header), fc.nat(whole.length - 1));
  const damage = fc.oneof(
    fc.record({ at: place, bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }) }),
    fc.record({ at: place, bytes: fc.constantFrom(new Uint8Array(8), new Uint8Array(8).fill(255)) }),
  );
  const cut = fc.oneof(fc.constant(whole.length), fc.nat(whole.length));
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 3 }), cut, (changes, length) => {
      const bytes = whole.slice();
      for (const { at, bytes: written } of changes) bytes.set(written.subarray(0, bytes.length - at), at);
      const { source, read } = metered(bytes.subarray(0, length));
      const model = readGgufModel(source);
      if (model.kind === "error") expect(model.diagnostics.length).toBeGreaterThan(0);
      expect(read()).toBeLessThan(4 * whole.length + (1 << 18));
    }),
    { numRuns: 300 },
  );
}, 30_000);

test("random bytes behind the magic", () => {
  const start = valid.subarray(0, 8);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => {
      const result = open(new Uint8Array([...start, ...bytes]));
      return result.kind === "error" || result.value.table.length === 0;
    }),
    { numRuns: 2000 },
  );
});
