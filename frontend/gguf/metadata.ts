import type { ByteCursor } from "./byte-cursor.ts";

/** The value of a metadata key. */
export type GgufValue =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  | { readonly kind: "text"; readonly value: string }
  | { readonly kind: "numbers"; readonly value: Float64Array }
  | { readonly kind: "booleans"; readonly value: readonly boolean[] }
  | { readonly kind: "texts"; readonly value: readonly string[] };

/** A key, its value, and the bytes that both occupy in the file. */
export interface GgufEntry {
  readonly value: GgufValue;
  readonly begin: number;
  readonly end: number;
}

/** Longest text: a chat template has some kilobytes, an embedded tokenizer.json some megabytes. */
const maxTextBytes = 1 << 25;
/** The specification's own limit is 65,535. */
const maxKeyBytes = 65_535;
/** Elements of an array: vocabularies have a few hundred thousand. */
const maxElements = 1 << 22;
/** Elements and texts of all arrays together, which bounds the memory that metadata take. */
const maxAllElements = 1 << 23;
/** Bytes of the whole metadata. */
const maxMetadataBytes = 1 << 29;
/** Key length, one character, value type and one byte of value. */
const leastEntryBytes = 8 + 1 + 4 + 1;

const textType = 8;
const arrayType = 9;
const booleanType = 7;

interface ScalarType {
  readonly bytes: number;
  read(view: DataView): number;
}

/** Value types by their number in the file; text and arrays apart. */
const scalarTypes: ReadonlyMap<number, ScalarType> = new Map([
  [0, { bytes: 1, read: (view: DataView) => view.getUint8(0) }],
  [1, { bytes: 1, read: (view: DataView) => view.getInt8(0) }],
  [2, { bytes: 2, read: (view: DataView) => view.getUint16(0, true) }],
  [3, { bytes: 2, read: (view: DataView) => view.getInt16(0, true) }],
  [4, { bytes: 4, read: (view: DataView) => view.getUint32(0, true) }],
  [5, { bytes: 4, read: (view: DataView) => view.getInt32(0, true) }],
  [6, { bytes: 4, read: (view: DataView) => view.getFloat32(0, true) }],
  [booleanType, { bytes: 1, read: (view: DataView) => view.getUint8(0) }],
  [10, { bytes: 8, read: (view: DataView) => Number(view.getBigUint64(0, true)) }],
  [11, { bytes: 8, read: (view: DataView) => Number(view.getBigInt64(0, true)) }],
  [12, { bytes: 8, read: (view: DataView) => view.getFloat64(0, true) }],
]);

/** Reads `count` keys and values; memory is bounded whatever the file claims. */
export function readMetadata(cursor: ByteCursor, count: bigint): ReadonlyMap<string, GgufEntry> {
  if (count > BigInt(Math.floor(cursor.remaining / leastEntryBytes))) {
    const expected = `no more keys than fit into ${String(cursor.remaining)} bytes`;
    cursor.stop(16, `the header claims ${String(count)} metadata keys`, expected);
  }
  const reader = new MetadataReader(cursor);
  const entries = new Map<string, GgufEntry>();
  const first = cursor.offset;
  for (let i = 0; i < Number(count); i++) {
    const begin = cursor.offset;
    const key = cursor.text(maxKeyBytes);
    if (entries.has(key)) cursor.stop(begin, `the key ${key} appears twice`, "every key once");
    const value = reader.value();
    entries.set(key, { value, begin, end: cursor.offset });
    if (cursor.offset - first > maxMetadataBytes)
      cursor.stop(begin, "the metadata do not end", `at most ${String(maxMetadataBytes)} bytes of metadata`);
  }
  return entries;
}

class MetadataReader {
  readonly #cursor: ByteCursor;
  #elementsLeft = maxAllElements;

  constructor(cursor: ByteCursor) {
    this.#cursor = cursor;
  }

  value(): GgufValue {
    const cursor = this.#cursor;
    const at = cursor.offset;
    const type = cursor.u32();
    if (type === textType) return { kind: "text", value: cursor.text(maxTextBytes) };
    if (type === arrayType) return this.#array();
    const scalar = this.#scalarType(type, at);
    const number = scalar.read(cursor.take(scalar.bytes));
    return type === booleanType
      ? { kind: "boolean", value: this.#truth(number, at) }
      : { kind: "number", value: number };
  }

  #array(): GgufValue {
    const cursor = this.#cursor;
    const at = cursor.offset;
    const type = cursor.u32();
    if (type === arrayType) cursor.stop(at, "an array of arrays", "arrays of numbers, booleans or texts");
    const isText = type === textType;
    const elementBytes = isText ? 8 : this.#scalarType(type, at).bytes;
    const count = this.#count(elementBytes);
    if (isText)
      return { kind: "texts", value: Array.from({ length: count }, () => cursor.text(maxTextBytes)) };
    const scalar = this.#scalarType(type, at);
    const numbers = new Float64Array(count);
    for (let i = 0; i < count; i++) numbers[i] = scalar.read(cursor.take(scalar.bytes));
    if (type !== booleanType) return { kind: "numbers", value: numbers };
    return { kind: "booleans", value: Array.from(numbers, (number) => this.#truth(number, at)) };
  }

  #count(elementBytes: number): number {
    const cursor = this.#cursor;
    const at = cursor.offset;
    const claimed = cursor.u64();
    const fitting = Math.floor(cursor.remaining / elementBytes);
    const most = Math.min(fitting, maxElements, this.#elementsLeft);
    if (claimed > BigInt(most)) {
      const expected = `at most ${String(most)} elements here`;
      cursor.stop(at, `an array claims ${String(claimed)} elements`, expected);
    }
    this.#elementsLeft -= Number(claimed);
    return Number(claimed);
  }

  #scalarType(type: number, at: number): ScalarType {
    const found = scalarTypes.get(type);
    if (found === undefined) this.#cursor.stop(at, `value type ${String(type)}`, "a value type from 0 to 12");
    return found;
  }

  #truth(value: number, at: number): boolean {
    if (value > 1) this.#cursor.stop(at, `a boolean of value ${String(value)}`, "0 or 1");
    return value === 1;
  }
}
