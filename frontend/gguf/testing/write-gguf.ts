import { ggufMagic } from "../read-file.ts";
import { type GgufTypeName, numberOfType } from "../tensor-types.ts";

/** A value for {@link writeGguf}: its type in the file and what stands behind it. */
export type WrittenValue =
  | { readonly type: "u32" | "i32" | "f32" | "u64"; readonly value: number }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "strings"; readonly value: readonly string[] }
  | { readonly type: "f32s" | "i32s"; readonly value: readonly number[] }
  | { readonly type: "bools"; readonly value: readonly boolean[] };

/** A tensor as its bytes shall stand in the file. */
export interface WrittenGgufTensor {
  readonly name: string;
  readonly type: GgufTypeName;
  /** The slowest extent first. */
  readonly shape: readonly number[];
  readonly bytes: Uint8Array;
}

const numbers = { u8: 0, u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9, u64: 10 } as const;

/** What is written otherwise than the format wants it. */
export interface GgufQuirks {
  readonly version?: number;
  readonly alignment?: number;
}

/** A GGUF file of these keys and tensors, in this order. */
export function writeGguf(
  metadata: ReadonlyMap<string, WrittenValue>,
  tensors: readonly WrittenGgufTensor[],
  { version = 3, alignment = 32 }: GgufQuirks = {},
): Uint8Array {
  const keys = alignment === 32 ? metadata : new Map([...metadata, ["general.alignment", u32(alignment)]]);
  const head = [
    unsigned(ggufMagic, 4),
    unsigned(version, 4),
    unsigned(tensors.length, 8),
    unsigned(keys.size, 8),
    ...[...keys].flatMap(([key, value]) => [text(key), ...encode(value)]),
  ];
  const data: Uint8Array[] = [];
  let offset = 0;
  for (const { name, type, shape, bytes } of tensors) {
    const extents = shape.toReversed().map((extent) => unsigned(extent, 8));
    head.push(text(name), unsigned(shape.length, 4), ...extents);
    head.push(unsigned(numberOfType(type), 4), unsigned(offset, 8));
    const padded = padding(bytes.length, alignment);
    data.push(bytes, new Uint8Array(padded));
    offset += bytes.length + padded;
  }
  const header = Buffer.concat(head);
  return new Uint8Array(Buffer.concat([header, new Uint8Array(padding(header.length, alignment)), ...data]));
}

/** An unsigned 32-bit value. */
export function u32(value: number): WrittenValue {
  return { type: "u32", value };
}

const padding = (length: number, alignment: number): number => (alignment - (length % alignment)) % alignment;

function encode(value: WrittenValue): readonly Uint8Array[] {
  switch (value.type) {
    case "u32":
    case "i32":
    case "f32":
    case "u64":
      return [unsigned(numbers[value.type], 4), scalar(value.type, value.value)];
    case "bool":
      return [unsigned(numbers.bool, 4), unsigned(value.value ? 1 : 0, 1)];
    case "string":
      return [unsigned(numbers.string, 4), text(value.value)];
    case "strings":
      return [...arrayOf("string", value.value.length), ...value.value.map(text)];
    case "f32s":
      return [...arrayOf("f32", value.value.length), ...value.value.map((x) => scalar("f32", x))];
    case "i32s":
      return [...arrayOf("i32", value.value.length), ...value.value.map((x) => scalar("i32", x))];
    case "bools":
      return [...arrayOf("bool", value.value.length), ...value.value.map((x) => unsigned(x ? 1 : 0, 1))];
  }
}

function arrayOf(type: keyof typeof numbers, count: number): readonly Uint8Array[] {
  return [unsigned(numbers.array, 4), unsigned(numbers[type], 4), unsigned(count, 8)];
}

function scalar(type: "u32" | "i32" | "f32" | "u64", value: number): Uint8Array {
  if (type === "u64") return unsigned(value, 8);
  const bytes = Buffer.alloc(4);
  if (type === "f32") bytes.writeFloatLE(value);
  else if (type === "i32") bytes.writeInt32LE(value);
  else bytes.writeUInt32LE(value);
  return bytes;
}

function unsigned(value: number, bytes: 1 | 4 | 8): Uint8Array {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.subarray(0, bytes);
}

function text(value: string): Uint8Array {
  const bytes = Buffer.from(value, "utf8");
  return Buffer.concat([unsigned(bytes.length, 8), bytes]);
}
