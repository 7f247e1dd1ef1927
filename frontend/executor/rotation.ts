import { type RotaryConfig, rotarySpeeds } from "./rotary.ts";

/**
 * Turns the pairs (i, i + headDim/2) of each head of `vector` by the position times the pair's speed, in place;
 * the half-split form of rotary positions (https://arxiv.org/abs/2104.09864).
 */
export function createRotation(config: RotaryConfig): (vector: Float32Array, position: number) => void {
  const half = config.headDim / 2;
  const speeds = rotarySpeeds(config);
  const cosines = new Float64Array(half);
  const sines = new Float64Array(half);
  return (vector, position) => {
    for (const [i, speed] of speeds.entries()) {
      cosines[i] = Math.cos(position * speed);
      sines[i] = Math.sin(position * speed);
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
