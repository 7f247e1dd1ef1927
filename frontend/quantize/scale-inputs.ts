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
  const scales = {
    layers: checkpoint.layers.map((layer, i) => ({
      qkv: choose(groupOf("qkv", i, [layer.wq, layer.wk, layer.wv])),
      gateUp: choose(groupOf("gateUp", i, [layer.wGate, layer.wUp])),
    })),
    head: choose(groupOf("head", checkpoint.layers.length, [checkpoint.head])),
  };
  return {
    checkpoint: scaleCheckpoint(checkpoint, scales),
    calibration: scaleCalibration(calibration, scales),
  };
}

/** What the channels of every input that a norm writes are divided by; undefined: nothing. */
export interface InputScales {
  readonly layers: readonly Readonly<Record<"qkv" | "gateUp", Float32Array | undefined>>[];
  readonly head: Float32Array | undefined;
}

/** The same function with these channels divided: gains are divided, columns multiplied. */
export function scaleCheckpoint(checkpoint: Checkpoint, { layers, head }: InputScales): Checkpoint {
  return {
    ...checkpoint,
    layers: checkpoint.layers.map((layer, i) => scaleLayer(layer, layers[i])),
    finalNorm: divide(checkpoint.finalNorm, head),
    head: multiplyColumns(checkpoint.head, head),
  };
}

/** What calibration would have seen in that. */
export function scaleCalibration(calibration: Calibration, { layers, head }: InputScales): Calibration {
  const statistics = calibration.layers.map((layer, i) =>
    perInput((input) => {
      const scales = { ...layers[i], wo: undefined, down: undefined };
      return rescale(layer[input], scales[input]);
    }),
  );
  return { ...calibration, layers: statistics, head: rescale(calibration.head, head) };
}

function scaleLayer(layer: LayerWeights, scales: InputScales["layers"][number] | undefined): LayerWeights {
  const { qkv: attention, gateUp: ffn } = scales ?? {};
  return {
    ...layer,
    attnNorm: divide(layer.attnNorm, attention),
    wq: multiplyColumns(layer.wq, attention),
    wk: multiplyColumns(layer.wk, attention),
    wv: multiplyColumns(layer.wv, attention),
    ffnNorm: divide(layer.ffnNorm, ffn),
    wGate: multiplyColumns(layer.wGate, ffn),
    wUp: multiplyColumns(layer.wUp, ffn),
  };
}

function rescale(statistics: InputStatistics, scales: Float32Array | undefined): InputStatistics {
  return scales === undefined ? statistics : rescaleStatistics(statistics, scales);
}

function divide(gains: Float32Array, scales: Float32Array | undefined): Float32Array {
  return scales === undefined ? gains : gains.map((gain, j) => gain / (scales[j] ?? 1));
}

/** Every column `j` of a matrix times `scales[j]`. */
export function multiplyColumns(matrix: Float32Array, scales: Float32Array | undefined): Float32Array {
  if (scales === undefined) return matrix;
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
