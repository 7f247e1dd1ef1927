/*
 * What a matrix multiplies: the rows of a step, made few bits of in one of the ways of docs/numerics.md. An index that
 * the loop bounds keep inside the array reads `?? 0`.
 */

import {
  CompilerBug,
  f32ToSigned,
  maxF32,
  mulF32,
  recipF32,
  roundBf16,
  unreachable,
} from "../../ir/index.ts";
import type { LinearInput } from "../quantize/matrix.ts";
import type { ActivationFormat } from "../quantize/precision.ts";
import { inverse127, largestMagnitude, smallestMaximum } from "./integer-kernels.ts";

/** A row in int8 with one scale, and in bfloat16 (as float32) those columns that are no part of it. */
export interface Int8Activation {
  readonly kind: "int8";
  readonly q: Int8Array;
  readonly scale: number;
  /** As many as the input has outlier columns, in their order; undefined where the precision has none. */
  readonly outliers: Float32Array | undefined;
}

/** A row in bfloat16, as float32. */
interface Bf16Activation {
  readonly kind: "bf16";
  readonly values: Float32Array;
}

/** A row that is ready to be multiplied. */
export type Activation = Int8Activation | Bf16Activation;

/** A row before: `values[i] * factor`, the factor being that of an RMS norm, else 1. `values` may be written to. */
export interface ScaledRow {
  readonly values: Float32Array;
  readonly factor: number;
}

/** The rows of a step, each ready to be multiplied. */
export function prepareRows(
  format: ActivationFormat,
  input: LinearInput,
  rows: readonly ScaledRow[],
): readonly Activation[] {
  switch (format.kind) {
    case "bf16":
      return rows.map(({ values, factor }) => ({
        kind: "bf16",
        values: values.map((value) => roundBf16(mulF32(value, factor))),
      }));
    case "int8": {
      const { outliers } = input;
      const taken = rows.map((row) => (outliers === undefined ? undefined : takeOutliers(row, outliers)));
      return quantizeRows(format.scales, rows).map((row, r) => ({ ...row, outliers: taken[r] }));
    }
    case "f32":
      throw new CompilerBug("the integer reference has no float32 operands");
    default:
      return unreachable(format);
  }
}

/** The outlier columns in bfloat16; they become +0 in the row. */
function takeOutliers({ values, factor }: ScaledRow, columns: Uint32Array): Float32Array {
  const taken = Float32Array.from(columns, (column) => roundBf16(mulF32(values[column] ?? 0, factor)));
  for (const column of columns) values[column] = 0;
  return taken;
}

type QuantizedRow = Omit<Int8Activation, "outliers">;

function quantizeRows(
  scales: "token" | "tensor" | "static",
  rows: readonly ScaledRow[],
): readonly QuantizedRow[] {
  switch (scales) {
    case "token":
      return rows.map(quantizeByOwnMaximum);
    case "tensor":
      return quantizeTogether(rows);
    case "static":
      return rows.map((row) => quantizeBy(row, row.factor, 1));
    default:
      return unreachable(scales);
  }
}

function quantizeByOwnMaximum(row: ScaledRow): QuantizedRow {
  return quantizeWithin(row, largestMagnitude(row.values));
}

/** A row, or a part of one, in int8 by the largest magnitude of the whole row. */
export function quantizeWithin({ values, factor }: ScaledRow, largest: number): QuantizedRow {
  const inverse = mulF32(127, recipF32(maxF32(largest, smallestMaximum)));
  return quantizeBy({ values, factor }, inverse, mulF32(mulF32(largest, inverse127), factor));
}

/** One scale for all rows of the step. */
function quantizeTogether(rows: readonly ScaledRow[]): readonly QuantizedRow[] {
  const largest = rows.reduce(
    (most, { values, factor }) => maxF32(most, mulF32(largestMagnitude(values), factor)),
    0,
  );
  const inverse = mulF32(127, recipF32(maxF32(largest, smallestMaximum)));
  const scale = mulF32(largest, inverse127);
  return rows.map((row) => quantizeBy(row, mulF32(row.factor, inverse), scale));
}

function quantizeBy({ values }: ScaledRow, inverse: number, scale: number): QuantizedRow {
  const q = new Int8Array(values.length);
  for (let i = 0; i < values.length; i++) q[i] = f32ToSigned(mulF32(values[i] ?? 0, inverse), 8);
  return { kind: "int8", q, scale };
}

/** How many activations outside of the outlier columns reach the threshold: LLM.int8's dynamic misses. */
export function countMisses(rows: readonly ScaledRow[], outliers: Uint32Array, threshold: number): number {
  const known = new Set(outliers);
  let misses = 0;
  for (const { values, factor } of rows) {
    for (let i = 0; i < values.length; i++) {
      const magnitude = mulF32(Math.abs(values[i] ?? 0), factor);
      if (magnitude >= threshold && !known.has(i)) misses++;
    }
  }
  return misses;
}
