import {
  at,
  BF16,
  bitWidth,
  cellCount,
  F16,
  type MemRefType,
  present,
  type TensorData,
  type Type,
  tensorType,
} from "../../ir/index.ts";
import type { Interface } from "./interfaces.ts";
import { elementBytes, type TensorShape, tensorShape } from "./tensor-shape.ts";

/**
 * A tensor in external memory: rows one after the other, little endian, each padded with zeros to whole beats. Regions
 * stand in declared order (arguments, weights, results, caches) and begin at pages, so that no burst touches two.
 */
export interface TensorRegion {
  readonly kind: "argument" | "weight" | "result";
  readonly name: string;
  readonly type: Type;
  readonly shape: TensorShape;
  readonly base: number;
  readonly bytes: number;
  /** From one row to the next. */
  readonly rowBytes: number;
  /** Of an argument: whether the function writes to it. */
  readonly isWritten?: boolean;
  /** Of a function of loops: how the array is reached. An `axis` array's region is the host's alone. */
  readonly interface?: Interface;
  /** What a constant holds; absent where the host brings it. */
  readonly data?: TensorData;
}

/** A KV cache in external memory: a record per slot of int8 keys, int8 values, f32 scales of keys, of values, padded to beats. */
export interface CacheRegion {
  readonly kind: "cache";
  readonly name: string;
  readonly base: number;
  readonly bytes: number;
  readonly recordBytes: number;
}

/** Everything that a lowered graph keeps in external memory. */
export interface GraphMemory {
  readonly regions: readonly (TensorRegion | CacheRegion)[];
  readonly bytes: number;
  readonly beatBytes: number;
}

const PAGE = 4096;

/** Gives out regions one after the other. */
export class MemoryMap {
  readonly #beatBytes: number;
  readonly #regions: (TensorRegion | CacheRegion)[] = [];
  #next = 0;

  constructor(beatBytes: number) {
    this.#beatBytes = beatBytes;
  }

  tensor(kind: TensorRegion["kind"], name: string, type: Type): TensorRegion {
    const shape = tensorShape(type);
    const rowBytes = Math.ceil((shape.width * elementBytes(shape)) / this.#beatBytes) * this.#beatBytes;
    return this.#add({ kind, name, type, shape, rowBytes, base: this.#next, bytes: shape.rows * rowBytes });
  }

  /** An array of any rank, one cell behind the other in row-major order. */
  cells(
    kind: TensorRegion["kind"],
    name: string,
    type: MemRefType,
    more: Pick<TensorRegion, "data" | "isWritten" | "interface"> = {},
  ): TensorRegion {
    const element = type.element.kind === "vector" ? type.element.element : type.element;
    const shape: TensorShape = { rank: 1, rows: 1, width: cellCount(type), element };
    const rowBytes = Math.ceil((shape.width * elementBytes(shape)) / this.#beatBytes) * this.#beatBytes;
    const place = { shape, rowBytes, base: this.#next, bytes: rowBytes };
    const whole = tensorType(type.shape, element);
    return this.#add({ kind, name, type: whole, ...place, ...more });
  }

  cache(name: string, slots: number, recordBytes: number): CacheRegion {
    return this.#add({ kind: "cache", name, recordBytes, base: this.#next, bytes: slots * recordBytes });
  }

  finish(): GraphMemory {
    return { regions: this.#regions, bytes: this.#next, beatBytes: this.#beatBytes };
  }

  #add<R extends TensorRegion | CacheRegion>(region: R): R {
    this.#regions.push(region);
    this.#next += Math.max(1, Math.ceil(region.bytes / PAGE)) * PAGE;
    return region;
  }
}

/** The format of floats that take 16 bits in memory; numbers of them are float32 on the host. */
function halfFormat({ element }: TensorShape): typeof BF16 | undefined {
  if (element.kind !== "float" || bitWidth(element) !== 16) return undefined;
  return element.format === "bf16" ? BF16 : F16;
}

/** Writes the elements of a tensor to its region of a memory image. */
export function storeTensor(
  image: Uint8Array,
  { shape, base, rowBytes }: TensorRegion,
  data: TensorData,
): void {
  const half = halfFormat(shape);
  const words = half === undefined ? data : Uint16Array.from(data, half.encode);
  const bytes = new Uint8Array(words.buffer, words.byteOffset, words.byteLength); // typed arrays are little endian on every host of Node
  const line = shape.width * elementBytes(shape);
  for (let row = 0; row < shape.rows; row++)
    image.set(bytes.subarray(row * line, (row + 1) * line), base + row * rowBytes);
}

/** Reads the elements of a tensor from its region of a memory image. */
export function loadTensor(image: Uint8Array, { shape, base, rowBytes }: TensorRegion): TensorData {
  const line = shape.width * elementBytes(shape);
  const bytes = new Uint8Array(shape.rows * line);
  for (let row = 0; row < shape.rows; row++)
    bytes.set(image.subarray(base + row * rowBytes, base + row * rowBytes + line), row * line);
  const half = halfFormat(shape);
  if (half !== undefined) return Float32Array.from(new Uint16Array(bytes.buffer), half.decode);
  if (shape.element.kind === "float") return new Float32Array(bytes.buffer);
  return elementBytes(shape) === 1 ? new Int8Array(bytes.buffer) : new Int32Array(bytes.buffer);
}

/** The regions of one kind, in declared order. */
export function regionsOf(memory: GraphMemory, kind: TensorRegion["kind"]): readonly TensorRegion[] {
  return memory.regions.flatMap((region) => (region.kind === kind ? [region] : []));
}

/** What a run leaves behind: arguments that it writes to, then results, in declared order. */
export function outputsOf(memory: GraphMemory): readonly TensorRegion[] {
  const written = regionsOf(memory, "argument").filter(({ isWritten }) => isWritten === true);
  return [...written, ...regionsOf(memory, "result")];
}

/** The region of a tensor by kind and name. */
export function regionNamed(memory: GraphMemory, kind: TensorRegion["kind"], name: string): TensorRegion {
  return present(
    regionsOf(memory, kind).find((region) => region.name === name),
    `${kind} ${name}`,
  );
}

/** A memory image with the constants, and the arguments in declared order; everything else is zero. */
export function encodeArguments(memory: GraphMemory, inputs: readonly TensorData[]): Uint8Array {
  const image = new Uint8Array(memory.bytes);
  for (const region of memory.regions)
    if (region.kind !== "cache" && region.data !== undefined) storeTensor(image, region, region.data);
  regionsOf(memory, "argument").forEach((region, index) => {
    storeTensor(image, region, at(inputs, index));
  });
  return image;
}

/** What a run leaves behind ({@link outputsOf}). */
export function decodeResults(memory: GraphMemory, image: Uint8Array): readonly TensorData[] {
  return outputsOf(memory).map((region) => loadTensor(image, region));
}
