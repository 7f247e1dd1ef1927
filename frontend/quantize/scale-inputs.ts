import { at } from "../../ir/index.ts";
import { perInput } from "../calibrate/collect-statistics.ts";
import {
  type Calibration,
  type InputStatistics,
  rescaleStatistics,
  statisticsOf,
} from "../calibrate/statistics.ts";
import type { Checkpoint, LayerWeights } from "../checkpoint.ts";

/** Inputs that a norm writes, whose gains can take a scale of each channel. */
type NormedInput = "qkv" | "gateUp" | "head";

/** An input that a norm writes, with the matrices that multiply it. */
export interface NormedGroup {
  readonly input: NormedInput;
  readonly layer: number;
  /** Each [rows, columns] row-major, with as many columns as the input has channels. */
  readonly matrices: readonly Float32Array[];
  readonly statistics: InputStatistics;
}

/** A checkpoint and what calibration saw in it. */
export interface CalibratedModel {
  readonly checkpoint: Checkpoint;
  readonly calibration: Calibration;
}

/**
 * The same function with every channel `j` of the chosen inputs divided by `choose(group)[j]`: norms' gains are divided,
 * matrices' columns multiplied, nothing else changes (https://arxiv.org/abs/2211.10438). undefined: left as it is.
 */
export function scaleInputs(
  { checkpoint, calibration }: CalibratedModel,
  choose: (group: NormedGroup) => Float32Array | undefined,
): CalibratedModel {
  const groupOf = (input: NormedInput, layer: number, matrices: readonly Float32Array[]): NormedGroup => ({
    ...{ input, layer, matrices },
    statistics: statisticsOf(calibration, input, layer),
  });
  return divideInputs(
    { checkpoint, calibration },
    {
      layers: checkpoint.layers.map((layer, i) => ({
        qkv: choose(groupOf("qkv", i, [layer.wq, layer.wk, layer.wv])),
        gateUp: choose(groupOf("gateUp", i, [layer.wGate, layer.wUp])),
      })),
      head: choose(groupOf("head", checkpoint.layers.length, [checkpoint.head])),
    },
  );
}

/** One for each channel, or the same for all. */
type Divisors = Float32Array | number;

/** What linear inputs are divided by; undefined: nothing. */
export interface InputDivisors {
  readonly layers: readonly LayerDivisors[];
  readonly head: Divisors | undefined;
}

interface LayerDivisors {
  readonly qkv: Divisors | undefined;
  readonly gateUp: Divisors | undefined;
  readonly wo?: number;
  readonly down?: number;
}

/** The same function with these inputs divided, and what calibration would have seen in that. */
export function divideInputs(
  { checkpoint, calibration }: CalibratedModel,
  by: InputDivisors,
): CalibratedModel {
  const layers = calibration.layers.map((layer, i) =>
    perInput((input) => rescale(layer[input], by.layers[i]?.[input])),
  );
  return {
    checkpoint: divideInputsOf(checkpoint, by),
    calibration: { ...calibration, layers, head: rescale(calibration.head, by.head) },
  };
}

/** {@link divideInputs} of a checkpoint that nobody calibrated. */
export function divideInputsOf(checkpoint: Checkpoint, { layers, head }: InputDivisors): Checkpoint {
  return {
    ...checkpoint,
    layers: checkpoint.layers.map((layer, i) => divideInputsOfLayer(layer, at(layers, i))),
    finalNorm: divide(checkpoint.finalNorm, head),
    head: multiplyColumns(checkpoint.head, head),
  };
}

/** What norms write is linear in gains, what attention gives in values, the gated product in what `wUp` gives. */
function divideInputsOfLayer(layer: LayerWeights, { qkv, gateUp, wo, down }: LayerDivisors): LayerWeights {
  return {
    ...layer,
    attnNorm: divide(layer.attnNorm, qkv),
    wq: multiplyColumns(layer.wq, qkv),
    wk: multiplyColumns(layer.wk, qkv),
    wv: divide(multiplyColumns(layer.wv, qkv), wo),
    ...(layer.bv && { bv: divide(layer.bv, wo) }),
    wo: multiplyColumns(layer.wo, wo),
    ffnNorm: divide(layer.ffnNorm, gateUp),
    wGate: multiplyColumns(layer.wGate, gateUp),
    wUp: divide(multiplyColumns(layer.wUp, gateUp), down),
    wDown: multiplyColumns(layer.wDown, down),
  };
}

function rescale(statistics: InputStatistics, by: Divisors | undefined): InputStatistics {
  if (by === undefined) return statistics;
  return rescaleStatistics(
    statistics,
    typeof by === "number" ? new Float32Array(statistics.largest.length).fill(by) : by,
  );
}

function divide(values: Float32Array, by: Divisors | undefined): Float32Array {
  if (by === undefined) return values;
  return values.map(typeof by === "number" ? (value) => value / by : (value, j) => value / (by[j] ?? 1));
}

/** Every column `j` of a matrix times `scales[j]`. */
export function multiplyColumns(matrix: Float32Array, scales: Divisors | undefined): Float32Array {
  if (scales === undefined) return matrix;
  if (typeof scales === "number") return matrix.map((weight) => weight * scales);
  const columns = scales.length;
  return matrix.map((weight, i) => weight * (scales[i % columns] ?? 1));
}

/** Per column: the largest magnitude over all rows of all matrices. */
export function largestOfColumns(matrices: readonly Float32Array[], columns: number): Float32Array {
  const largest = new Float32Array(columns);
  for (const matrix of matrices) {
    for (let i = 0; i < matrix.length; i++) {
      const magnitude = Math.abs(matrix[i] ?? 0);
      if (magnitude > (largest[i % columns] ?? 0)) largest[i % columns] = magnitude;
    }
  }
  return largest;
}

/** Of each column of [samples, columns]. */
export function meanSquares(samples: Float32Array, columns: number): Float64Array {
  const sums = new Float64Array(columns);
  for (const [i, value] of samples.entries()) sums[i % columns] = (sums[i % columns] ?? 0) + value ** 2;
  return sums.map((sum) => (sum * columns) / Math.max(samples.length, 1));
}
