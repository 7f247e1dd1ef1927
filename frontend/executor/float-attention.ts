import type { ModelConfig } from "../checkpoint.ts";
import { addScaled, dot, softmax } from "./float-kernels.ts";

/** Keys and values of one layer, [position, kvHeads * headDim]; grows with the sequence. */
export interface FloatCache {
  keys: Float32Array;
  values: Float32Array;
}

/** What a position sees of a layer. */
export interface FloatView {
  readonly cache: FloatCache;
  readonly position: number;
  readonly window: number | undefined;
}

/** Positions that a new cache has room for. */
const firstPositions = 64;

/** An empty cache of one layer. */
export function createFloatCache(config: ModelConfig): FloatCache {
  const floats = firstPositions * config.kvHeads * config.headDim;
  return { keys: new Float32Array(floats), values: new Float32Array(floats) };
}

/** Appends a position's keys and values. */
export function appendToCache(
  cache: FloatCache,
  position: number,
  key: Float32Array,
  value: Float32Array,
): void {
  const offset = position * key.length;
  if (offset + key.length > cache.keys.length) {
    cache.keys = doubled(cache.keys);
    cache.values = doubled(cache.values);
  }
  cache.keys.set(key, offset);
  cache.values.set(value, offset);
}

function doubled(values: Float32Array): Float32Array {
  const larger = new Float32Array(2 * values.length);
  larger.set(values);
  return larger;
}

/**
 * Grouped-query attention of one position over itself and the keys before it, within the window:
 * key j is seen when 0 <= position - j < window. Query head h reads key/value head floor(h / (heads/kvHeads)).
 */
export function createFloatAttention(
  config: ModelConfig,
): (query: Float32Array, view: FloatView, out: Float32Array) => void {
  const { heads, kvHeads, headDim } = config;
  const stride = kvHeads * headDim;
  const scale = 1 / Math.sqrt(headDim);
  let scores = new Float32Array(firstPositions);
  return (query, { cache, position, window }, out) => {
    const first = Math.max(0, position - (window ?? position + 1) + 1);
    const count = position - first + 1;
    if (count > scores.length) scores = new Float32Array(2 * count);
    out.fill(0);
    for (let head = 0; head < heads; head++) {
      const channel = Math.floor((head * kvHeads) / heads) * headDim;
      const queryHead = query.subarray(head * headDim, (head + 1) * headDim);
      const outHead = out.subarray(head * headDim, (head + 1) * headDim);
      for (let j = 0; j < count; j++) {
        scores[j] = dot(queryHead, cache.keys, (first + j) * stride + channel) * scale;
      }
      softmax(scores, count);
      for (let j = 0; j < count; j++) {
        addScaled(outHead, scores[j] ?? 0, cache.values, (first + j) * stride + channel);
      }
    }
  };
}
