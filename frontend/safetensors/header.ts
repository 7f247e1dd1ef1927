import { z } from "zod";
import { builtSpan, type Diagnostic, fail, ok, type Result } from "../../ir/index.ts";
import type { ByteSource } from "../files/byte-source.ts";
import { parseJson } from "../files/json-file.ts";
import {
  bytesUnclaimed,
  headerBeyondFile,
  headerMalformed,
  tensorSizeWrong,
  tensorsOverlap,
  tensorTruncated,
} from "./diagnostics.ts";

/** One tensor of a safetensors file. */
export interface TensorEntry {
  readonly name: string;
  /** As the file spells it: `F32`, `F16`, `BF16`, `I64`, … */
  readonly dtype: string;
  readonly shape: readonly number[];
  /** First byte, counted from the start of the file. */
  readonly begin: number;
  /** One past the last byte. */
  readonly end: number;
}

const size = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const entrySchema = z.object({
  dtype: z.string(),
  shape: z.array(size),
  data_offsets: z.tuple([size, size]),
});

/** Bytes of the length field. */
const lengthBytes = 8;
/** The reference implementation's limit: a longer header is an attack or garbage. */
const maxHeaderBytes = 100_000_000;

const elementBytes: ReadonlyMap<string, number> = new Map([
  ["BOOL", 1],
  ["U8", 1],
  ["I8", 1],
  ["F8_E4M3", 1],
  ["F8_E5M2", 1],
  ["U16", 2],
  ["I16", 2],
  ["F16", 2],
  ["BF16", 2],
  ["U32", 4],
  ["I32", 4],
  ["F32", 4],
  ["U64", 8],
  ["I64", 8],
  ["F64", 8],
]);

/**
 * Reads and checks the table of tensors of a safetensors file: all entries well formed, within the file,
 * without overlap or hole, and of the size that shape and type need. Element types are not judged here.
 * Format: https://github.com/huggingface/safetensors#format
 */
export function readSafetensorsHeader(source: ByteSource): Result<readonly TensorEntry[]> {
  const header = readHeaderText(source);
  if (header.kind === "error") return header;
  const json = parseJson(source.name, header.value.text);
  if (json.kind === "error") return json;
  const entries = parseEntries(source, json.value, header.value.dataBegin);
  if (entries.kind === "error") return entries;
  const problems = [
    ...entries.value.flatMap((entry) => checkSize(source, entry)),
    ...checkCoverage(source, entries.value, header.value.dataBegin),
  ];
  return problems.length > 0 ? fail(...problems) : entries;
}

function readHeaderText(source: ByteSource): Result<{ readonly text: string; readonly dataBegin: number }> {
  const where = builtSpan(source.name);
  if (source.size < lengthBytes) {
    return fail(headerBeyondFile(where, { headerBytes: "at least 8", fileBytes: source.size }));
  }
  const lengthField = new Uint8Array(lengthBytes);
  source.readInto(lengthField, 0);
  const length = new DataView(lengthField.buffer).getBigUint64(0, true);
  if (length > BigInt(Math.min(source.size - lengthBytes, maxHeaderBytes))) {
    return fail(headerBeyondFile(where, { headerBytes: String(length), fileBytes: source.size }));
  }
  const bytes = new Uint8Array(Number(length));
  source.readInto(bytes, lengthBytes);
  return ok({ text: new TextDecoder().decode(bytes), dataBegin: lengthBytes + bytes.length });
}

function parseEntries(source: ByteSource, json: unknown, dataBegin: number): Result<readonly TensorEntry[]> {
  const where = builtSpan(source.name);
  if (typeof json !== "object" || json === null || Array.isArray(json)) {
    return fail(headerMalformed(where, { entry: "(all)", reason: "the header is not an object" }));
  }
  const entries: TensorEntry[] = [];
  const problems: Diagnostic[] = [];
  for (const [name, value] of Object.entries(json)) {
    if (name === "__metadata__") continue;
    const parsed = entrySchema.safeParse(value);
    if (!parsed.success) {
      const reason = z.prettifyError(parsed.error).replace(/\s+/gu, " ");
      problems.push(headerMalformed(where, { entry: name, reason }));
      continue;
    }
    const {
      dtype,
      shape,
      data_offsets: [begin, end],
    } = parsed.data;
    if (end < begin)
      problems.push(headerMalformed(where, { entry: name, reason: "it ends before it begins" }));
    else entries.push({ name, dtype, shape, begin: dataBegin + begin, end: dataBegin + end });
  }
  return problems.length > 0 ? fail(...problems) : ok(entries);
}

function checkSize(source: ByteSource, entry: TensorEntry): readonly Diagnostic[] {
  const perElement = elementBytes.get(entry.dtype);
  if (perElement === undefined) return []; // reported where the tensor is used
  const needed = entry.shape.reduce((product, extent) => product * extent, perElement);
  const bytes = entry.end - entry.begin;
  if (needed === bytes) return [];
  const type = `${entry.dtype} [${entry.shape.join(", ")}]`;
  return [tensorSizeWrong(builtSpan(source.name), { tensor: entry.name, bytes, needed, type })];
}

/** Walks the tensors in the order of their bytes; offsets are reported relative to the data, as the file has them. */
function checkCoverage(
  source: ByteSource,
  entries: readonly TensorEntry[],
  dataBegin: number,
): readonly Diagnostic[] {
  const where = builtSpan(source.name);
  const problems: Diagnostic[] = [];
  let previous: TensorEntry | undefined;
  let covered = dataBegin;
  for (const entry of entries.toSorted((a, b) => a.begin - b.begin || a.end - b.end)) {
    if (previous !== undefined && entry.begin < covered) {
      problems.push(
        tensorsOverlap(where, {
          first: previous.name,
          second: entry.name,
          begin: entry.begin - dataBegin,
          end: covered - dataBegin,
        }),
      );
    } else if (entry.begin > covered) {
      problems.push(bytesUnclaimed(where, { begin: covered - dataBegin, end: entry.begin - dataBegin }));
    }
    if (entry.end > source.size) {
      problems.push(
        tensorTruncated(where, {
          tensor: entry.name,
          end: entry.end - dataBegin,
          dataBytes: source.size - dataBegin,
        }),
      );
    }
    if (entry.end >= covered) previous = entry;
    covered = Math.max(covered, entry.end);
  }
  if (covered < source.size) {
    problems.push(bytesUnclaimed(where, { begin: covered - dataBegin, end: source.size - dataBegin }));
  }
  return problems;
}
