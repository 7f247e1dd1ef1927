import { mulF32 } from "../../ir/index.ts";
import type { ModelConfig } from "../checkpoint.ts";
import { quantizeVector } from "./integer-kernels.ts";

/** Keys and values of one layer in int8, one scale per position and head; grows with the sequence. */
export interface IntegerCache {
  /** [position, kvHeads, headDim] */
  keys: Int8Array;
  /** [position, kvHeads] */
  keyScales: Float32Array;
  /** [position, kvHeads, headDim] */
  values: Int8Array;
  /** [position, kvHeads] */
  valueScales: Float32Array;
}

/** Positions that a new cache has room for. */
const firstPositions = 64;

/** An empty cache of one layer. */
export function createIntegerCache({ kvHeads, headDim }: ModelConfig): IntegerCache {
  const heads = firstPositions * kvHeads;
  return {
    keys: new Int8Array(heads * headDim),
    keyScales: new Float32Array(heads),
    values: new Int8Array(heads * headDim),
    valueScales: new Float32Array(heads),
  };
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
  const bytes = (old: Int8Array): Int8Array => {
    const larger = new Int8Array(2 * old.length);
    larger.set(old);
    return larger;
  };
  const floats = (old: Float32Array): Float32Array => {
    const larger = new Float32Array(2 * old.length);
    larger.set(old);
    return larger;
  };
  cache.keys = bytes(cache.keys);
  cache.values = bytes(cache.values);
  cache.keyScales = floats(cache.keyScales);
  cache.valueScales = floats(cache.valueScales);
}
