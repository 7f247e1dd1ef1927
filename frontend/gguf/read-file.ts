import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import type { ByteSource } from "../files/byte-source.ts";
import { ByteCursor, ReadingStopped } from "./byte-cursor.ts";
import { ggufHeaderWrong, ggufKeyWrong } from "./diagnostics.ts";
import { type GgufEntry, readMetadata } from "./metadata.ts";
import { type GgufTensor, type PlacedTensor, placeTensors, readTensorTable } from "./tensor-table.ts";

/** Metadata and tables of a GGUF file, everything checked but the weights. */
export interface GgufFile {
  readonly source: ByteSource;
  readonly metadata: ReadonlyMap<string, GgufEntry>;
  /** Every entry of the table, also of types that are not read. */
  readonly table: readonly GgufTensor[];
  /** By name, those whose type is read. */
  readonly tensors: ReadonlyMap<string, PlacedTensor>;
}

/** "GGUF", little-endian. */
export const ggufMagic = 0x46554747;
/** Version 3 is version 2 with a big-endian variant, which is not read. */
const versions: readonly number[] = [2, 3];
const headerBytes = 24;
const defaultAlignment = 32;
/** A damaged table may have a problem in every line. */
const mostProblems = 16;

/** Reads header, metadata and table of tensors (https://github.com/ggml-org/ggml/blob/master/docs/gguf.md). */
export function readGguf(source: ByteSource): Result<GgufFile> {
  const header = checkHeader(source);
  if (header !== undefined) return fail(header);
  try {
    return readTables(source);
  } catch (error) {
    if (error instanceof ReadingStopped) return fail(error.diagnostic);
    throw error;
  }
}

function checkHeader(source: ByteSource): ReturnType<typeof ggufHeaderWrong> | undefined {
  const where = builtSpan(source.name);
  const wrong = (problem: string, hint?: string): ReturnType<typeof ggufHeaderWrong> =>
    ggufHeaderWrong(where, { problem, hint });
  if (source.size < headerBytes) return wrong(`the file has only ${String(source.size)} bytes`);
  const bytes = new Uint8Array(8);
  source.readInto(bytes, 0);
  const view = new DataView(bytes.buffer);
  const magic = view.getUint32(0, true);
  if (magic !== ggufMagic)
    return wrong(`the file begins with the bytes ${Buffer.from(bytes.subarray(0, 4)).toString("hex")}`);
  const version = view.getUint32(4, true);
  if (versions.includes(version)) return undefined;
  return versions.includes(view.getUint32(4, false))
    ? wrong("the file is big-endian", "convert it with gguf-convert-endian")
    : wrong(`the file has version ${String(version)}`, "convert the model again with a current llama.cpp");
}

function readTables(source: ByteSource): Result<GgufFile> {
  const cursor = new ByteCursor(source);
  cursor.take(8);
  const tensorCount = cursor.u64();
  const metadata = readMetadata(cursor, cursor.u64());
  const table = readTensorTable(cursor, tensorCount);
  const alignment = readAlignment(source.name, metadata);
  if (alignment.kind === "error") return alignment;
  const begin = Math.ceil(cursor.offset / alignment.value) * alignment.value;
  const place = { file: source.name, fileBytes: source.size, begin, alignment: alignment.value };
  const { placed, problems } = placeTensors(table, place);
  if (problems.length > 0) return fail(...problems.slice(0, mostProblems));
  return ok({ source, metadata, table, tensors: new Map(placed.map((tensor) => [tensor.name, tensor])) });
}

function readAlignment(file: string, metadata: ReadonlyMap<string, GgufEntry>): Result<number> {
  const key = "general.alignment";
  const entry = metadata.get(key)?.value;
  if (entry === undefined) return ok(defaultAlignment);
  const value = entry.kind === "number" ? entry.value : 0;
  if (Number.isInteger(Math.log2(value)) && value >= 1 && value <= 1 << 30) return ok(value);
  const problem = entry.kind === "number" ? `is ${String(value)}` : `is of kind ${entry.kind}`;
  return fail(ggufKeyWrong(builtSpan(file), { key, problem, expected: "a power of two" }));
}
