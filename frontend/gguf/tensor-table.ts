import { builtSpan, type Diagnostic } from "../../ir/index.ts";
import type { ByteCursor } from "./byte-cursor.ts";
import { ggufTensorPlaced } from "./diagnostics.ts";
import { blockShapes, type GgufTypeName, nameOfNumber, typeOfNumber } from "./tensor-types.ts";

/** One entry of the table of tensors. */
export interface GgufTensor {
  readonly name: string;
  /** Number of the element type, as the file has it. */
  readonly typeNumber: number;
  /** Extents, the slowest first: the order of the file turned round. */
  readonly shape: readonly number[];
  /** First byte, counted from the start of the data. */
  readonly offset: number;
}

/** A tensor whose bytes are known to lie in the file. */
export interface PlacedTensor {
  readonly name: string;
  readonly type: GgufTypeName;
  readonly shape: readonly number[];
  readonly elements: number;
  /** First byte, counted from the start of the file. */
  readonly begin: number;
  readonly bytes: number;
}

/** The specification's limit for names is 64 bytes; ggml's for dimensions is 4. */
const maxNameBytes = 64;
const maxDimensions = 4;
/** Name length, dimension count, one extent, type, offset. */
const leastEntryBytes = 8 + 4 + 8 + 4 + 8;
/** More tensors than any model has. */
const maxTensors = 1 << 20;

/** Reads `count` entries; what they claim is checked by {@link placeTensors}. */
export function readTensorTable(cursor: ByteCursor, count: bigint): readonly GgufTensor[] {
  if (count > BigInt(Math.min(maxTensors, Math.floor(cursor.remaining / leastEntryBytes)))) {
    const expected = `no more tensors than fit into ${String(cursor.remaining)} bytes, at most ${String(maxTensors)}`;
    cursor.stop(8, `the header claims ${String(count)} tensors`, expected);
  }
  return Array.from({ length: Number(count) }, () => readEntry(cursor));
}

function readEntry(cursor: ByteCursor): GgufTensor {
  const at = cursor.offset;
  const name = cursor.text(maxNameBytes);
  const dimensions = cursor.u32();
  if (dimensions < 1 || dimensions > maxDimensions) {
    const problem = `tensor '${name}' has ${String(dimensions)} dimensions`;
    cursor.stop(at, problem, `1 to ${String(maxDimensions)}`);
  }
  const shape = Array.from({ length: dimensions }, () => readExtent(cursor, name)).toReversed();
  const typeNumber = cursor.u32();
  return { name, typeNumber, shape, offset: readSize(cursor, `offset of tensor '${name}'`) };
}

function readExtent(cursor: ByteCursor, tensor: string): number {
  const at = cursor.offset;
  const extent = readSize(cursor, `extent of tensor '${tensor}'`);
  if (extent === 0) cursor.stop(at, `an extent of tensor '${tensor}' is 0`, "extents of at least 1");
  return extent;
}

function readSize(cursor: ByteCursor, what: string): number {
  const at = cursor.offset;
  const value = cursor.u64();
  if (value > BigInt(Number.MAX_SAFE_INTEGER))
    cursor.stop(at, `the ${what} is ${String(value)}`, "a number below 2^53");
  return Number(value);
}

/** Where the data lie and how tensors in it are aligned. */
export interface DataPlace {
  readonly file: string;
  readonly fileBytes: number;
  readonly begin: number;
  readonly alignment: number;
}

/**
 * Checks every entry against the file: aligned, within the file, no two on the same bytes, names unique, rows of whole
 * blocks. Tensors of types that are not read have no size here, and are left out: who needs one of them reports it.
 */
export function placeTensors(
  table: readonly GgufTensor[],
  place: DataPlace,
): { readonly placed: readonly PlacedTensor[]; readonly problems: readonly Diagnostic[] } {
  const problems: Diagnostic[] = [];
  const placed: PlacedTensor[] = [];
  const names = new Set<string>();
  for (const tensor of table) {
    const complain = (problem: string, expected: string): void => {
      const where = builtSpan(place.file);
      problems.push(ggufTensorPlaced(where, { tensor: tensor.name, problem, expected }));
    };
    if (names.has(tensor.name)) complain("is in the table twice", "every tensor once");
    names.add(tensor.name);
    const found = placeTensor(tensor, place, complain);
    if (found !== undefined) placed.push(found);
  }
  return { placed, problems: [...problems, ...findOverlaps(placed, place.file)] };
}

function placeTensor(
  { name, typeNumber, shape, offset }: GgufTensor,
  { fileBytes, begin, alignment }: DataPlace,
  complain: (problem: string, expected: string) => void,
): PlacedTensor | undefined {
  if (offset % alignment !== 0)
    complain(`begins at offset ${String(offset)}`, `a multiple of the alignment ${String(alignment)}`);
  const type = typeOfNumber(typeNumber);
  if (type === undefined) return undefined;
  const block = blockShapes[type];
  const columns = shape.at(-1) ?? 1;
  if (columns % block.elements !== 0) {
    complain(
      `has rows of ${String(columns)} elements in type ${type}`,
      `multiples of ${String(block.elements)}`,
    );
    return undefined;
  }
  const elements = shape.reduce((product, extent) => product * extent, 1);
  const bytes = (elements / block.elements) * block.bytes;
  const first = begin + offset;
  if (bytes > fileBytes - first) {
    const size = `${nameOfNumber(typeNumber)} [${shape.join(", ")}]`;
    const left = String(Math.max(0, fileBytes - first));
    complain(
      `(${size}) needs ${String(bytes)} bytes from ${String(first)}`,
      `at most the ${left} bytes there`,
    );
    return undefined;
  }
  return { name, type, shape, elements, begin: first, bytes };
}

function findOverlaps(placed: readonly PlacedTensor[], file: string): readonly Diagnostic[] {
  const inOrder = placed.toSorted((a, b) => a.begin - b.begin || a.bytes - b.bytes);
  return inOrder.flatMap((tensor, i) => {
    const before = inOrder[i - 1];
    if (before === undefined || before.begin + before.bytes <= tensor.begin) return [];
    const problem = `begins at byte ${String(tensor.begin)}, inside of tensor '${before.name}'`;
    const expected = "tensors that share no bytes";
    return [ggufTensorPlaced(builtSpan(file), { tensor: tensor.name, problem, expected })];
  });
}
