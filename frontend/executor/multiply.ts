/*
 * Matrix times vector in every format of docs/numerics.md, to the bit. An index that the loop bounds keep inside the
 * array reads `?? 0`.
 */

import { addF32, bf16ToF32, CompilerBug, mulF32, signedToF32 } from "../../ir/index.ts";
import type { Bf16Matrix, Int4Matrix, Int8Matrix, QuantizedMatrix } from "../quantize/matrix.ts";
import type { Activation, Int8Activation } from "./activation.ts";
import { addVector, multiplyQuantized, sumAsTree } from "./integer-kernels.ts";

/** Products that are added as one tree, and partial sums of bfloat16. */
const chunk = 4;
const partialSums = 16;

/** y = matrix · x in float32. */
export function multiplyRow(matrix: QuantizedMatrix, x: Activation, y: Float32Array): void {
  if (matrix.kind === "bf16" && x.kind === "bf16") {
    multiplyBf16(matrix, x.values, y);
  } else if (matrix.kind === "int8" && x.kind === "int8") {
    multiplyQuantized(matrix, x.q, x.scale, y);
    if (x.outliers !== undefined) addVector(y, sumOutliers(matrix, x.outliers));
  } else if (matrix.kind === "int4" && x.kind === "int8") {
    multiplyInt4(matrix, x, y);
  } else {
    throw new CompilerBug(`no ${matrix.kind} matrix multiplies ${x.kind} activations`);
  }
}

/** Exact integers within 32 bits: group sums times group scales, then one scale per row and the vector's. */
function multiplyInt4(matrix: Int4Matrix, { q, scale }: Int8Activation, y: Float32Array): void {
  const { rows, columns, group, weights, groupScales, scales } = matrix;
  const groups = Math.ceil(columns / group);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let j = 0; j < groups; j++) {
      const end = Math.min((j + 1) * group, columns);
      let part = 0;
      for (let k = j * group; k < end; k++)
        part = (part + Math.imul(weights[row * columns + k] ?? 0, q[k] ?? 0)) | 0;
      sum = (sum + Math.imul(part, groupScales[row * groups + j] ?? 0)) | 0;
    }
    y[row] = mulF32(mulF32(signedToF32(sum), scales[row] ?? 0), scale);
  }
}

/** The outlier columns' part of each row: chunks of four products, added in ascending order from +0. */
function sumOutliers(matrix: Int8Matrix, x: Float32Array): Float32Array {
  const { rows, outliers } = matrix;
  if (outliers === undefined) throw new CompilerBug("outlier activations without outlier weights");
  const { floats: weights } = floatsOf(outliers);
  const sums = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let k = 0; k < x.length; k += chunk) sum = addF32(sum, chunkSum(weights, row * x.length, x, k));
    sums[row] = sum;
  }
  return sums;
}

function multiplyBf16({ rows, columns, weights }: Bf16Matrix, x: Float32Array, y: Float32Array): void {
  const { floats, smallest } = floatsOf(weights);
  const sumChunk = smallest * smallestNonZero(x) >= leastProduct ? chunkSumOfNormals : chunkSum;
  const chunks = Math.ceil(columns / chunk);
  const parts = new Float32Array(partialSums);
  const ordered = new Float32Array(partialSums);
  for (let row = 0; row < rows; row++) {
    parts.fill(0);
    for (let c = 0; c < chunks; c++) {
      const part = c % partialSums;
      parts[part] = addF32(parts[part] ?? 0, sumChunk(floats, row * columns, x, c * chunk));
    }
    for (let i = 0; i < partialSums; i++) ordered[i] = parts[(chunks + i) % partialSums] ?? 0;
    y[row] = sumAsTree(ordered);
  }
}

/**
 * From products of this size on no sum is subnormal: a product of two bfloat16 is a multiple of 2^-15 of its own power
 * of two, so every sum is zero or at least 2^-115.
 */
const leastProduct = 2 ** -100;

/** {@link chunkSum} where nothing is ever flushed: plain float32 arithmetic. */
function chunkSumOfNormals(weights: Float32Array, base: number, x: Float32Array, k: number): number {
  const from = base + k;
  if (k + chunk > x.length) return shortChunkSum(weights, from, x.subarray(k));
  const p0 = Math.fround((weights[from] ?? 0) * (x[k] ?? 0));
  const p1 = Math.fround((weights[from + 1] ?? 0) * (x[k + 1] ?? 0));
  const p2 = Math.fround((weights[from + 2] ?? 0) * (x[k + 2] ?? 0));
  const p3 = Math.fround((weights[from + 3] ?? 0) * (x[k + 3] ?? 0));
  return Math.fround(Math.fround(p0 + p1) + Math.fround(p2 + p3));
}

/** (p0 + p1) + (p2 + p3) of the products from column `k` on, +0 beyond the last column. */
function chunkSum(weights: Float32Array, base: number, x: Float32Array, k: number): number {
  const from = base + k;
  if (k + chunk > x.length) return shortChunkSum(weights, from, x.subarray(k));
  const p0 = mulF32(weights[from] ?? 0, x[k] ?? 0);
  const p1 = mulF32(weights[from + 1] ?? 0, x[k + 1] ?? 0);
  const p2 = mulF32(weights[from + 2] ?? 0, x[k + 2] ?? 0);
  const p3 = mulF32(weights[from + 3] ?? 0, x[k + 3] ?? 0);
  return addF32(addF32(p0, p1), addF32(p2, p3));
}

function shortChunkSum(weights: Float32Array, from: number, x: Float32Array): number {
  const products = new Float32Array(chunk);
  for (const [i, value] of x.entries()) products[i] = mulF32(weights[from + i] ?? 0, value);
  return sumAsTree(products);
}

/** bfloat16 words as float32, and the least magnitude among them that is not zero. */
interface DecodedWords {
  readonly floats: Float32Array;
  readonly smallest: number;
}

/** Kept as long as the words are. */
const decoded = new WeakMap<Uint16Array, DecodedWords>();

function floatsOf(words: Uint16Array): DecodedWords {
  const known = decoded.get(words);
  if (known !== undefined) return known;
  const floats = Float32Array.from(words, bf16ToF32);
  const made = { floats, smallest: smallestNonZero(floats) };
  decoded.set(words, made);
  return made;
}

function smallestNonZero(values: Float32Array): number {
  let smallest = Number.POSITIVE_INFINITY;
  for (const value of values) {
    const magnitude = Math.abs(value);
    if (magnitude > 0 && magnitude < smallest) smallest = magnitude;
  }
  return smallest;
}
