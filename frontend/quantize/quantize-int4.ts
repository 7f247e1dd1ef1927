import { concatenate } from "./concatenate.ts";
import { type Compensation, compensationOf, roundWithCompensation } from "./gptq.ts";
import { gridStep } from "./grid-steps.ts";
import {
  chooseRowScales,
  largestGroupScale,
  largestSteps,
  narrowRowScales,
  type RowScales,
  roundToInt4,
} from "./int4-groups.ts";
import type { Int4Matrix } from "./matrix.ts";
import type { Rounding } from "./precision.ts";

/** What the second moments of the input say about rounding; without: to the nearest, nothing clipped. */
export interface RoundingGuide {
  /** Mean square of each channel: how much an error in its column counts. */
  readonly importance: Float64Array;
  /** There with GPTQ. */
  readonly compensation?: Compensation;
}

/** The guide of a way of rounding, from the second moments [columns, columns] of the matrices' input. */
export function guideRounding(
  rounding: Exclude<Rounding, "nearest">,
  moments: Float64Array,
  columns: number,
): RoundingGuide {
  const importance = Float64Array.from({ length: columns }, (_, k) => moments[k * columns + k] ?? 0);
  return rounding === "awq" ? { importance } : { importance, compensation: compensationOf(moments, columns) };
}

/** Quantizes matrices to int4 in groups of columns, stacked into one (docs/numerics.md, "int4"). */
export function quantizeInt4(
  columns: number,
  group: number,
  matrices: readonly Float32Array[],
  guide?: RoundingGuide,
): Int4Matrix {
  const all = concatenate(...matrices);
  const quantized = emptyInt4(all.length / columns, columns, group);
  const groups = Math.ceil(columns / group);
  const largest = largestGroupScale(columns, group);
  for (let row = 0; row < quantized.rows; row++) {
    const values = all.subarray(row * columns, (row + 1) * columns);
    const widest = chooseRowScales(groupSteps(values, group), largest);
    const scales = guide === undefined ? widest : narrowRowScales(values, group, widest, guide.importance);
    quantized.scales[row] = scales.scale;
    quantized.groupScales.set(scales.groupScales, row * groups);
    quantized.weights.set(roundRow(values, group, scales, guide?.compensation), row * columns);
  }
  return quantized;
}

function emptyInt4(rows: number, columns: number, group: number): Int4Matrix {
  const groupScales = new Uint8Array(rows * Math.ceil(columns / group));
  const weights = new Int8Array(rows * columns);
  return { kind: "int4", rows, columns, group, weights, groupScales, scales: new Float32Array(rows) };
}

/** The steps of a row's groups: those that keep the weights of groups that had four bits before, else the largest. */
function groupSteps(row: Float32Array, group: number): readonly number[] {
  return largestSteps(row, group).map(
    (step, j) => gridStep(row.subarray(j * group, (j + 1) * group)) ?? step,
  );
}

function roundRow(
  row: Float32Array,
  group: number,
  { scale, groupScales }: RowScales,
  compensation: Compensation | undefined,
): Int8Array {
  const stepOf = (column: number): number => (groupScales[Math.floor(column / group)] ?? 1) * scale;
  if (compensation === undefined)
    return Int8Array.from(row, (value, column) => roundToInt4(value, stepOf(column)));
  return roundWithCompensation(row, compensation, (value, column) => {
    const step = stepOf(column);
    const level = roundToInt4(value, step);
    return { level, value: level * step };
  });
}

/** An int4 matrix as the float32 matrix that it stands for. */
export function widenInt4({ weights, columns, group, groupScales, scales }: Int4Matrix): Float32Array {
  const groups = Math.ceil(columns / group);
  return Float32Array.from(weights, (weight, i) => {
    const [row, column] = [Math.floor(i / columns), i % columns];
    return weight * (groupScales[row * groups + Math.floor(column / group)] ?? 1) * (scales[row] ?? 1);
  });
}
