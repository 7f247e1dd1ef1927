/*
 * Inner loops of the float32 executor. An index that the loop bounds keep inside the array reads `?? 0`, which
 * the engine compiles to nothing; sums are held in double precision.
 */

/** out = weights · input, for weights [out.length, input.length] row-major. */
export function multiplyMatrix(weights: Float32Array, input: Float32Array, out: Float32Array): void {
  for (let row = 0; row < out.length; row++) out[row] = dot(input, weights, row * input.length);
}

/** Sum of `vector[i] * matrix[base + i]` over the vector. */
export function dot(vector: Float32Array, matrix: Float32Array, base: number): number {
  let [even, odd] = [0, 0];
  const paired = vector.length & ~1;
  for (let i = 0; i < paired; i += 2) {
    even += (vector[i] ?? 0) * (matrix[base + i] ?? 0);
    odd += (vector[i + 1] ?? 0) * (matrix[base + i + 1] ?? 0);
  }
  if (paired < vector.length) even += (vector[paired] ?? 0) * (matrix[base + paired] ?? 0);
  return even + odd;
}

/** target[i] += factor * matrix[base + i] over the target. */
export function addScaled(target: Float32Array, factor: number, matrix: Float32Array, base: number): void {
  for (let i = 0; i < target.length; i++) {
    target[i] = (target[i] ?? 0) + factor * (matrix[base + i] ?? 0);
  }
}

/** out = input / sqrt(mean(input^2) + epsilon) * gain. */
export function normalizeRms(
  input: Float32Array,
  gain: Float32Array,
  epsilon: number,
  out: Float32Array,
): void {
  const factor = 1 / Math.sqrt(dot(input, input, 0) / input.length + epsilon);
  for (let i = 0; i < input.length; i++) out[i] = (input[i] ?? 0) * factor * (gain[i] ?? 0);
}

/** Each head of `vector`, as long as `gain`, normalized in place. */
export function normalizeHeads(vector: Float32Array, gain: Float32Array, epsilon: number): void {
  for (let from = 0; from < vector.length; from += gain.length) {
    const head = vector.subarray(from, from + gain.length);
    normalizeRms(head, gain, epsilon, head);
  }
}

/** target += addend. */
export function accumulate(target: Float32Array, addend: Float32Array): void {
  for (let i = 0; i < target.length; i++) target[i] = (target[i] ?? 0) + (addend[i] ?? 0);
}

/** gate = silu(gate) * up, with silu(x) = x / (1 + e^-x). */
export function gateBySilu(gate: Float32Array, up: Float32Array): void {
  for (let i = 0; i < gate.length; i++) {
    const x = gate[i] ?? 0;
    gate[i] = (x / (1 + Math.exp(-x))) * (up[i] ?? 0);
  }
}

/** values[0 … count) = softmax of itself. */
export function softmax(values: Float32Array, count: number): void {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) largest = Math.max(largest, values[i] ?? 0);
  let sum = 0;
  for (let i = 0; i < count; i++) {
    const weight = Math.exp((values[i] ?? 0) - largest);
    values[i] = weight;
    sum += weight;
  }
  for (let i = 0; i < count; i++) values[i] = (values[i] ?? 0) / sum;
}
