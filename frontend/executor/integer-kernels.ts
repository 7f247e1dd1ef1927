/*
 * The operations of docs/numerics.md, "Integer reference", to the bit. Values of Float32Array are float32 by
 * construction; an index that the loop bounds keep inside the array reads `?? 0`.
 */

import {
  absF32,
  addF32,
  f32ToSigned,
  maxF32,
  mulF32,
  recipF32,
  rsqrtF32,
  signedToF32,
} from "../../ir/index.ts";
import type { Int8Matrix } from "../quantize/matrix.ts";

/** f32(1/127). */
const inverse127 = Math.fround(1 / 127);
/** The smallest maximum that is divided by: keeps the reciprocal finite. */
const smallestMaximum = 2 ** -100;
/** Partial sums of a sum of squares. */
const partialSums = 8;

/** q = int8 of v, one scale for all of it; returns the scale. */
export function quantizeVector(v: Float32Array, q: Int8Array): number {
  const largest = largestMagnitude(v);
  roundToInt8(v, largest, q);
  return mulF32(largest, inverse127);
}

/** Constants of a norm over N channels. */
export interface NormConstants {
  /** f32(1/N) */
  readonly inverseCount: number;
  /** f32(eps) */
  readonly epsilon: number;
}

/** The constants of a norm over `count` channels. */
export function normConstants(count: number, epsilon: number): NormConstants {
  return { inverseCount: Math.fround(1 / count), epsilon: Math.fround(epsilon) };
}

/** q = int8 of x * gain, with the RMS factor folded into the scale, which is returned. `scaled` is scratch. */
export function createNormQuantizer(
  count: number,
  constants: NormConstants,
): (x: Float32Array, gain: Float32Array, q: Int8Array) => number {
  const scaled = new Float32Array(count);
  return (x, gain, q) => {
    const factor = rmsFactor(x, constants);
    for (let i = 0; i < count; i++) scaled[i] = mulF32(x[i] ?? 0, gain[i] ?? 0);
    const largest = largestMagnitude(scaled);
    roundToInt8(scaled, largest, q);
    return mulF32(mulF32(largest, inverse127), factor);
  };
}

/** rsqrt of the mean square plus epsilon. */
export function rmsFactor(x: Float32Array, { inverseCount, epsilon }: NormConstants): number {
  return rsqrtF32(addF32(mulF32(sumOfSquares(x), inverseCount), epsilon));
}

/**
 * Eight interleaved partial sums in ascending order, then their sum as a balanced tree, beginning with the one that
 * the element after the last would have gone to: the order of the last eight elements.
 */
export function sumOfSquares(x: Float32Array): number {
  const parts = new Float32Array(partialSums);
  for (let i = 0; i < x.length; i++) {
    const value = x[i] ?? 0;
    parts[i % partialSums] = addF32(parts[i % partialSums] ?? 0, mulF32(value, value));
  }
  const oldestFirst = parts.map((_, i) => parts[(x.length + i) % partialSums] ?? 0);
  for (let distance = 1; distance < partialSums; distance *= 2) {
    for (let i = 0; i < partialSums; i += 2 * distance)
      oldestFirst[i] = addF32(oldestFirst[i] ?? 0, oldestFirst[i + distance] ?? 0);
  }
  return oldestFirst[0] ?? 0;
}

function largestMagnitude(v: Float32Array): number {
  let largest = 0;
  for (const value of v) largest = maxF32(largest, absF32(value));
  return largest;
}

function roundToInt8(v: Float32Array, largest: number, q: Int8Array): void {
  const inverse = mulF32(127, recipF32(maxF32(largest, smallestMaximum)));
  for (let i = 0; i < v.length; i++) q[i] = f32ToSigned(mulF32(v[i] ?? 0, inverse), 8);
}

/** y = float32 of (matrix · q), each row's exact integer sum times its scale, then times the vector's. */
export function multiplyQuantized(matrix: Int8Matrix, q: Int8Array, scale: number, y: Float32Array): void {
  const { rows, columns, weights, scales } = matrix;
  const sums = new Int32Array(rows);
  const quads = rows & ~3;
  for (let row = 0; row < quads; row += 4)
    dotFourRows(q, weights, row * columns, sums.subarray(row, row + 4));
  for (let row = quads; row < rows; row++) sums[row] = dotInt8(q, weights, row * columns);
  for (let row = 0; row < rows; row++) {
    y[row] = mulF32(mulF32(signedToF32(sums[row] ?? 0), scales[row] ?? 0), scale);
  }
}

/** {@link dotInt8} of four consecutive rows: each element of the vector is loaded once for all of them. */
function dotFourRows(vector: Int8Array, matrix: Int8Array, base: number, sums: Int32Array): void {
  const columns = vector.length;
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < columns; i++) {
    const factor = vector[i] ?? 0;
    const first = base + i;
    s0 = (s0 + Math.imul(factor, matrix[first] ?? 0)) | 0;
    s1 = (s1 + Math.imul(factor, matrix[first + columns] ?? 0)) | 0;
    s2 = (s2 + Math.imul(factor, matrix[first + 2 * columns] ?? 0)) | 0;
    s3 = (s3 + Math.imul(factor, matrix[first + 3 * columns] ?? 0)) | 0;
  }
  sums[0] = s0;
  sums[1] = s1;
  sums[2] = s2;
  sums[3] = s3;
}

/** Exact sum of `vector[i] * matrix[base + i]` over the vector, in 32 bits. */
export function dotInt8(vector: Int8Array, matrix: Int8Array, base: number): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) {
    sum = (sum + Math.imul(vector[i] ?? 0, matrix[base + i] ?? 0)) | 0;
  }
  return sum;
}

/** x += y. */
export function addVector(x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i] = addF32(x[i] ?? 0, y[i] ?? 0);
}
