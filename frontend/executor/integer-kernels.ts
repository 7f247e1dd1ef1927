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
export const inverse127 = Math.fround(1 / 127);
/** The smallest maximum that is divided by: keeps the reciprocal finite. */
export const smallestMaximum = 2 ** -100;
/** Partial sums of a sum of squares. */
const partialSums = 8;

/** f32(1/32767). */
const inverse32767 = Math.fround(1 / 32767);

/** q = v in 8 or 16 bits, one scale for all of it; returns the scale. */
export function quantizeVector(v: Float32Array, q: Int8Array | Int16Array): number {
  const largest = largestMagnitude(v);
  const [bits, levels, inverse] =
    q instanceof Int8Array ? ([8, 127, inverse127] as const) : ([16, 32767, inverse32767] as const);
  const factor = mulF32(levels, recipF32(maxF32(largest, smallestMaximum)));
  for (let i = 0; i < v.length; i++) q[i] = f32ToSigned(mulF32(v[i] ?? 0, factor), bits);
  return mulF32(largest, inverse);
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

/** x * gain, and the RMS factor that it is still to be multiplied by. */
export function normRow(
  x: Float32Array,
  gain: Float32Array,
  constants: NormConstants,
): { readonly values: Float32Array; readonly factor: number } {
  return { values: x.map((value, i) => mulF32(value, gain[i] ?? 0)), factor: rmsFactor(x, constants) };
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
  return sumAsTree(oldestFirst);
}

/** The sum of neighbours, of their sums and so on, in place; as many values as a power of two. */
export function sumAsTree(values: Float32Array): number {
  for (let distance = 1; distance < values.length; distance *= 2) {
    for (let i = 0; i < values.length; i += 2 * distance)
      values[i] = addF32(values[i] ?? 0, values[i + distance] ?? 0);
  }
  return values[0] ?? 0;
}

/** max |v_i| */
export function largestMagnitude(v: Float32Array): number {
  let largest = 0;
  for (const value of v) largest = maxF32(largest, absF32(value));
  return largest;
}

/** y = float32 of (matrix · q), each row's exact integer sum times its scale, then times the vector's. */
export function multiplyQuantized(matrix: Int8Matrix, q: Int8Array, scale: number, y: Float32Array): void {
  scaleSums(sumProducts(matrix, q), matrix.scales, scale, y);
}

/** The exact integer sums of matrix · q, in 32 bits. */
export function sumProducts({ rows, columns, weights }: Int8Matrix, q: Int8Array): Int32Array {
  const sums = new Int32Array(rows);
  const quads = rows & ~3;
  for (let row = 0; row < quads; row += 4)
    dotFourRows(q, weights, row * columns, sums.subarray(row, row + 4));
  for (let row = quads; row < rows; row++) sums[row] = dotInt8(q, weights, row * columns);
  return sums;
}

/** y = float32 of integer sums, each times its row's scale, then times the vector's. */
export function scaleSums(sums: Int32Array, scales: Float32Array, scale: number, y: Float32Array): void {
  for (let row = 0; row < sums.length; row++) {
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

/** {@link dotInt8} of 16-bit integers: exact below 2^53. */
export function dotInt16(vector: Int16Array, matrix: Int16Array, base: number): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += (vector[i] ?? 0) * (matrix[base + i] ?? 0);
  return sum;
}

/** x += y. */
export function addVector(x: Float32Array, y: Float32Array): void {
  for (let i = 0; i < x.length; i++) x[i] = addF32(x[i] ?? 0, y[i] ?? 0);
}
