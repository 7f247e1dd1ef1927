import { f32ToBf16 } from "../../ir/index.ts";
import { concatenate } from "./concatenate.ts";
import type { Bf16Matrix, Int8Matrix } from "./matrix.ts";
import { roundToEven } from "./round.ts";
import { storedScale } from "./stored-scale.ts";

/** How matrices become int8. */
export interface Int8Options {
  /** One scale for each row, or one for each of the stacked matrices. */
  readonly scales: "channel" | "tensor";
  /** Columns that are kept in bfloat16 beside the int8 part, ascending. */
  readonly outliers?: Uint32Array;
}

/**
 * Quantizes matrices with the same number of columns, stacked into one: the scale is max|W| / 127 of the row or
 * of the whole matrix, rounded up to what is stored (1 where that is zero), and each weight is W / scale, rounded to even in double arithmetic.
 */
export function quantizeInt8(
  columns: number,
  matrices: readonly Float32Array[],
  { scales, outliers }: Int8Options = { scales: "channel" },
): Int8Matrix {
  const all = concatenate(...matrices);
  const inner = outliers === undefined ? all : clearColumns(all, columns, outliers);
  const quantized = emptyInt8(all.length / columns, columns);
  let from = 0;
  for (const { length } of matrices) {
    const whole = scales === "tensor" ? scaleOf(inner.subarray(from, from + length)) : undefined;
    for (const end = from + length; from < end; from += columns) {
      const row = inner.subarray(from, from + columns);
      writeRow(quantized, from / columns, row, whole ?? scaleOf(row));
    }
  }
  return outliers === undefined
    ? quantized
    : { ...quantized, outliers: Uint16Array.from(pickColumns(all, columns, outliers), f32ToBf16) };
}

function emptyInt8(rows: number, columns: number): Int8Matrix {
  const weights = new Int8Array(rows * columns);
  return { kind: "int8", rows, columns, weights, scales: new Float32Array(rows) };
}

function scaleOf(values: Float32Array): number {
  let largest = 0;
  for (const value of values) largest = Math.max(largest, Math.abs(value));
  return largest === 0 ? 1 : storedScale(largest / 127);
}

function writeRow(target: Int8Matrix, row: number, values: Float32Array, scale: number): void {
  target.scales[row] = scale;
  const { weights, columns } = target;
  for (let k = 0; k < columns; k++) {
    const rounded = roundToEven((values[k] ?? 0) / scale);
    weights[row * columns + k] = Math.min(Math.max(rounded, -127), 127);
  }
}

function clearColumns(matrix: Float32Array, columns: number, cleared: Uint32Array): Float32Array {
  const copy = matrix.slice();
  for (let from = 0; from < copy.length; from += columns) {
    for (const column of cleared) copy[from + column] = 0;
  }
  return copy;
}

/** These columns of a matrix, in this order: [rows, picked.length]. */
function pickColumns(matrix: Float32Array, columns: number, picked: Uint32Array): Float32Array {
  return Float32Array.from(
    { length: (matrix.length / columns) * picked.length },
    (_, i) => matrix[Math.floor(i / picked.length) * columns + (picked[i % picked.length] ?? 0)] ?? 0,
  );
}

/** The same matrices in bfloat16, stacked into one. */
export function roundToBf16(columns: number, matrices: readonly Float32Array[]): Bf16Matrix {
  const weights = Uint16Array.from(concatenate(...matrices), f32ToBf16);
  return { kind: "bf16", rows: weights.length / columns, columns, weights };
}
