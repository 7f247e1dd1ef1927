/*
 * Rounding with compensation (GPTQ, https://arxiv.org/abs/2210.17323): what one weight errs, the weights that are not
 * rounded yet take over, as far as the inputs are correlated. An index that the loop bounds keep inside reads `?? 0`.
 */

import { CompilerBug } from "../../ir/index.ts";

/** What rounding needs of the second moments of an input. */
export interface Compensation {
  /** Columns in the order in which they are rounded: those with the largest activations first. */
  readonly order: Uint32Array;
  /** Upper triangular U in that order, [columns, columns], with U^T U the inverse of the damped second moments. */
  readonly factor: Float64Array;
}

/** Share of the mean diagonal that is added to it, and how often it may grow tenfold. */
const damping = 0.01;
const retries = 8;

/** Prepares the second moments of an input with this many columns. */
export function compensationOf(moments: Float64Array, columns: number): Compensation {
  const diagonal = Array.from({ length: columns }, (_, k) => moments[k * columns + k] ?? 0);
  const mean = diagonal.reduce((a, b) => a + b, 0) / columns;
  const order = Uint32Array.from(diagonal.keys()).sort(
    (a, b) => (diagonal[b] ?? 0) - (diagonal[a] ?? 0) || a - b,
  );
  for (let i = 0, share = damping; i < retries; i++, share *= 10) {
    const factor = decompose(moments, order, mean === 0 ? 1 : share * mean);
    if (factor !== undefined) return { order, factor: invertUpper(factor, columns) };
  }
  throw new CompilerBug("second moments are not positive definite, however much is added to their diagonal");
}

/** Upper triangular R with R R^T = the permuted moments plus `added` on the diagonal; undefined: there is none. */
function decompose(moments: Float64Array, order: Uint32Array, added: number): Float64Array | undefined {
  const size = order.length;
  const r = new Float64Array(size * size);
  for (let j = size - 1; j >= 0; j--) {
    const column = order[j] ?? 0;
    const square = (moments[column * size + column] ?? 0) + added - dotRows(r, j, j, size);
    if (!(square > 0)) return undefined;
    const pivot = Math.sqrt(square);
    r[j * size + j] = pivot;
    for (let i = 0; i < j; i++) {
      const wanted = moments[(order[i] ?? 0) * size + column] ?? 0;
      r[i * size + j] = (wanted - dotRows(r, i, j, size)) / pivot;
    }
  }
  return r;
}

/** Sum over k > j of r[i][k] r[j][k]. */
function dotRows(r: Float64Array, i: number, j: number, size: number): number {
  let sum = 0;
  for (let k = j + 1; k < size; k++) sum += (r[i * size + k] ?? 0) * (r[j * size + k] ?? 0);
  return sum;
}

function invertUpper(r: Float64Array, size: number): Float64Array {
  const inverse = new Float64Array(size * size);
  for (let i = size - 1; i >= 0; i--) {
    const row = inverse.subarray(i * size, (i + 1) * size);
    for (let k = i + 1; k < size; k++) {
      const factor = r[i * size + k] ?? 0;
      for (let j = k; j < size; j++) row[j] = (row[j] ?? 0) - factor * (inverse[k * size + j] ?? 0);
    }
    row[i] = 1;
    const pivot = r[i * size + i] ?? 1;
    for (let j = i; j < size; j++) row[j] = (row[j] ?? 0) / pivot;
  }
  return inverse;
}

/**
 * Rounds a row: `round(value, column)` gives the integer and the value that it stands for; the integers are returned
 * in the order of the columns.
 */
export function roundWithCompensation(
  row: Float32Array,
  { order, factor }: Compensation,
  round: (value: number, column: number) => { readonly level: number; readonly value: number },
): Int8Array {
  const size = row.length;
  const left = Float64Array.from(order, (column) => row[column] ?? 0);
  const levels = new Int8Array(size);
  for (let i = 0; i < size; i++) {
    const column = order[i] ?? 0;
    const wanted = left[i] ?? 0;
    const { level, value } = round(wanted, column);
    levels[column] = level;
    const error = (wanted - value) / (factor[i * size + i] ?? 1);
    for (let j = i + 1; j < size; j++) left[j] = (left[j] ?? 0) - error * (factor[i * size + j] ?? 0);
  }
  return levels;
}
