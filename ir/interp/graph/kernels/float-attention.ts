import type { FloatKv } from "../kv-state.ts";
import { dotFloats } from "./float.ts";
import type { Run } from "./visible.ts";

/** A query head in float32 and the key/value head that it reads. */
export interface FloatQueryHead {
  readonly q: Float32Array;
  readonly kvHead: number;
}

/** o = softmax attention of one query head over the runs of its row, scale 1/sqrt(d); sums in double. */
export function attendFloats(
  o: Float32Array,
  { q, kvHead }: FloatQueryHead,
  cache: FloatKv,
  runs: readonly Run[],
): void {
  const { kv_heads: kvHeads, head_dim: headDim } = cache.shape;
  const starts = runs.flatMap(({ first, count }) =>
    Array.from({ length: count }, (_, j) => ((first + j) * kvHeads + kvHead) * headDim),
  );
  const scores = starts.map((start) => dotFloats(q, cache.keys, start) / Math.sqrt(headDim));
  const largest = scores.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = scores.map((score) => Math.exp(score - largest));
  const total = weights.reduce((a, b) => a + b, 0);
  for (let d = 0; d < o.length; d++) {
    let sum = 0;
    starts.forEach((start, j) => {
      sum += (weights[j] ?? 0) * (cache.values[start + d] ?? 0);
    });
    o[d] = sum / total;
  }
}
