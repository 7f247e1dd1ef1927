import { unreachable } from "../../ir/index.ts";
import { rescaleStatistics } from "../calibrate/statistics.ts";
import { dot } from "../executor/float-kernels.ts";
import type { ActivationFormat, Precision, WeightFormat } from "./precision.ts";
import { quantizeInt4, widenInt4 } from "./quantize-int4.ts";
import { quantizeInt8 } from "./quantize-matrix.ts";
import { roundToEven } from "./round.ts";
import { multiplyColumns, type NormedGroup } from "./scale-inputs.ts";

/**
 * How far the outputs of a group's matrices are from those of float32 on the calibration's samples, as a sum of squares,
 * when its input is divided by `scales` and both sides are rounded as the precision says.
 */
export function outputError(
  { input, matrices, statistics }: NormedGroup,
  { weights, activations }: Pick<Precision, "weights" | "activations">,
  scales: Float32Array | undefined,
): number {
  const columns = statistics.largest.length;
  const scaled = scales === undefined ? statistics : rescaleStatistics(statistics, scales);
  const inputs = roundSamples(scaled.samples, scaled.largest, activations);
  let error = 0;
  for (const matrix of matrices) {
    const rounded = roundWeights(multiplyColumns(matrix, scales), input, weights, columns);
    error += squaredDifference([matrix, rounded], [statistics.samples, inputs], columns);
  }
  return error;
}

/** A matrix as its rounded form stands for it. */
function roundWeights(
  matrix: Float32Array,
  input: NormedGroup["input"],
  format: WeightFormat,
  columns: number,
): Float32Array {
  if (format.kind === "int4" && input !== "head")
    return widenInt4(quantizeInt4(columns, format.group, [matrix]));
  const scales = input !== "head" && format.kind === "int8" ? format.scales : "channel";
  const quantized = quantizeInt8(columns, [matrix], { scales });
  return Float32Array.from(
    quantized.weights,
    (weight, i) => weight * (quantized.scales[Math.floor(i / columns)] ?? 1),
  );
}

/** Sum over all samples and rows of (W x - W' x')^2. */
function squaredDifference(
  [exact, rounded]: readonly [Float32Array, Float32Array],
  [samples, inputs]: readonly [Float32Array, Float32Array],
  columns: number,
): number {
  let sum = 0;
  for (let from = 0; from < samples.length; from += columns) {
    const x = samples.subarray(from, from + columns);
    const y = inputs.subarray(from, from + columns);
    for (let base = 0; base < exact.length; base += columns)
      sum += (dot(x, exact, base) - dot(y, rounded, base)) ** 2;
  }
  return sum;
}

/** Samples as int8 with the precision's scales sees them. */
function roundSamples(samples: Float32Array, largest: Float32Array, format: ActivationFormat): Float32Array {
  const columns = largest.length;
  const whole = maximum(format.kind === "int8" && format.scales === "static" ? largest : samples) / 127;
  const stepOf = (row: number): number => {
    if (format.kind !== "int8") return 0;
    switch (format.scales) {
      case "token":
        return maximum(samples.subarray(row * columns, (row + 1) * columns)) / 127;
      case "tensor":
      case "static":
        return whole;
      default:
        return unreachable(format.scales);
    }
  };
  const steps = Array.from({ length: samples.length / columns }, (_, row) => stepOf(row));
  return samples.map((value, i) => {
    const step = steps[Math.floor(i / columns)] ?? 0;
    return step === 0 ? value : Math.min(Math.max(roundToEven(value / step), -127), 127) * step;
  });
}

function maximum(values: Float32Array): number {
  return values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
}
