import { mulF32 } from "../../ir/index.ts";
import type { ModelConfig } from "../checkpoint.ts";
import { quantizeVector } from "./integer-kernels.ts";

/** Integers of the cache: 8 or 16 bits. */
type Integers = Int8Array | Int16Array;

/** Keys and values of one layer in 8 or 16 bits, one scale per position and head; grows with the sequence. */
export interface IntegerCache {
  /** [position, kvHeads, headDim] */
  keys: Integers;
  /** [position, kvHeads] */
  keyScales: Float32Array;
  /** [position, kvHeads, headDim] */
  values: Integers;
  /** [position, kvHeads] */
  valueScales: Float32Array;
}

/** Positions that a new cache has room for. */
const firstPositions = 64;

/** An empty cache of one layer. */
export function createIntegerCache({ kvHeads, headDim }: ModelConfig, bits: 8 | 16 = 8): IntegerCache {
  const heads = firstPositions * kvHeads;
  return {
    keys: integers(bits, heads * headDim),
    keyScales: new Float32Array(heads),
    values: integers(bits, heads * headDim),
    valueScales: new Float32Array(heads),
  };
}

/** Zeros of 8 or 16 bits. */
export function integers(bits: 8 | 16, length: number): Integers {
  return bits === 8 ? new Int8Array(length) : new Int16Array(length);
}

/** What a position leaves in the cache: vectors of [kvHeads * headDim], and a factor of each key's scale. */
interface NewRecord {
  readonly keys: Float32Array;
  readonly keyFactors: Float32Array;
  readonly values: Float32Array;
}

/** Quantizes and stores a position's keys and values. */
export function storeQuantized(
  cache: IntegerCache,
  position: number,
  { keys, keyFactors, values }: NewRecord,
): void {
  if ((position + 1) * keys.length > cache.keys.length) growCache(cache);
  const headDim = cache.keys.length / cache.keyScales.length;
  const kvHeads = keys.length / headDim;
  for (let head = 0; head < kvHeads; head++) {
    const slot = position * kvHeads + head;
    const [from, to] = [slot * headDim, (slot + 1) * headDim];
    const channels = [head * headDim, (head + 1) * headDim] as const;
    const keyScale = quantizeVector(keys.subarray(...channels), cache.keys.subarray(from, to));
    cache.keyScales[slot] = mulF32(keyScale, keyFactors[head] ?? 1);
    cache.valueScales[slot] = quantizeVector(values.subarray(...channels), cache.values.subarray(from, to));
  }
}

function growCache(cache: IntegerCache): void {
  const words = (old: Integers): Integers => {
    const larger = integers(old instanceof Int8Array ? 8 : 16, 2 * old.length);
    larger.set(old);
    return larger;
  };
  const floats = (old: Float32Array): Float32Array => {
    const larger = new Float32Array(2 * old.length);
    larger.set(old);
    return larger;
  };
  cache.keys = words(cache.keys);
  cache.values = words(cache.values);
  cache.keyScales = floats(cache.keyScales);
  cache.valueScales = floats(cache.valueScales);
}
