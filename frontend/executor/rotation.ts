import type { ModelConfig } from "../checkpoint.ts";

/**
 * Turns the pairs (i, i + headDim/2) of each head of `vector` by `position * theta^(-2i/headDim)`, in place;
 * the half-split form of rotary positions (https://arxiv.org/abs/2104.09864).
 */
export function createRotation(config: ModelConfig): (vector: Float32Array, position: number) => void {
  const half = config.headDim / 2;
  const frequencies = Float64Array.from({ length: half }, (_, i) => config.ropeTheta ** (-i / half));
  const cosines = new Float64Array(half);
  const sines = new Float64Array(half);
  return (vector, position) => {
    for (const [i, frequency] of frequencies.entries()) {
      cosines[i] = Math.cos(position * frequency);
      sines[i] = Math.sin(position * frequency);
    }
    for (let head = 0; head < vector.length; head += config.headDim) {
      for (let i = head; i < head + half; i++) {
        const [a, b] = [vector[i] ?? 0, vector[i + half] ?? 0];
        const [c, s] = [cosines[i - head] ?? 1, sines[i - head] ?? 0];
        vector[i] = a * c - b * s;
        vector[i + half] = b * c + a * s;
      }
    }
  };
}
