import type { Int8Matrix } from "./matrix.ts";

/** Added to a double and taken away, it leaves the nearest integer, ties to even. */
const roundingShift = 1.5 * 2 ** 52;

/**
 * Quantizes matrices with the same number of columns, stacked into one: per row the scale is f32(max|W| / 127)
 * (1 where the row is zero) and each weight is W / scale, rounded to even in double arithmetic.
 */
export function quantizeStacked(columns: number, ...matrices: readonly Float32Array[]): Int8Matrix {
  const rows = matrices.reduce((sum, matrix) => sum + matrix.length / columns, 0);
  const quantized: Int8Matrix = {
    kind: "int8",
    rows,
    columns,
    weights: new Int8Array(rows * columns),
    scales: new Float32Array(rows),
  };
  let row = 0;
  for (const matrix of matrices) {
    for (let from = 0; from < matrix.length; from += columns) {
      quantizeRow(matrix.subarray(from, from + columns), quantized, row);
      row++;
    }
  }
  return quantized;
}

function quantizeRow(values: Float32Array, target: Int8Matrix, row: number): void {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  const scale = largest === 0 ? 1 : Math.fround(largest / 127);
  target.scales[row] = scale;
  const { weights, columns } = target;
  for (let k = 0; k < values.length; k++) {
    const rounded = (values[k] ?? 0) / scale + roundingShift - roundingShift;
    weights[row * columns + k] = Math.min(Math.max(rounded, -127), 127);
  }
}
