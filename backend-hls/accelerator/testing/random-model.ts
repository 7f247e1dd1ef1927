import { roundBf16 } from "../../../ir/index.ts";
import type {
  LayerParameters,
  LayerVectors,
  ModelParameters,
  PackedMatrix,
  VectorParameters,
} from "../pack-weights.ts";
import { ropeTable } from "../pack-weights.ts";
import {
  groupOf,
  type HardwarePrecision,
  hasStaticScales,
  isBf16,
  type LinearInputName,
  PLAIN_INT8,
} from "../precision.ts";
import type { ModelShape } from "../shape.ts";

/** Whole numbers in [0, count) from a seed (Numerical Recipes' linear congruential generator). */
export function randomNumbers(seed: number): (count: number) => number {
  let state = seed >>> 0;
  return (count) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * count);
  };
}

/** bfloat16 of either sign: 2^-8 to 1, some zeros of either sign, some subnormal words. */
function bf16Words(count: number, random: (count: number) => number): Uint16Array {
  return Uint16Array.from({ length: count }, () => {
    const sign = 0x8000 * random(2);
    if (random(16) === 0) return sign + random(2) * random(128);
    return sign + (119 + random(8)) * 128 + random(128);
  });
}

/** Up to `most` columns of a vector, ascending. */
function someColumns(random: (count: number) => number, most: number, width: number): Uint32Array {
  const chosen = Array.from({ length: random(most + 1) }, () => random(width));
  return Uint32Array.from(new Set(chosen)).sort();
}

type MatrixSource = (rows: number, columns: number) => PackedMatrix;

/** Matrices of a precision: those of layers, and the head's. */
function matrixSource(
  precision: HardwarePrecision,
  random: (count: number) => number,
  floats: (count: number, from: number, to: number) => Float32Array,
): { readonly matrix: MatrixSource; readonly headMatrix: MatrixSource } {
  const int8Matrix = (rows: number, columns: number): PackedMatrix => ({
    kind: "int8",
    rows,
    columns,
    weights: Int8Array.from({ length: rows * columns }, () => random(255) - 127),
    scales: roundedToBf16(floats(rows, 0.0005, 0.005)),
  });
  const bf16Matrix = (rows: number, columns: number): PackedMatrix => ({
    kind: "bf16",
    rows,
    columns,
    weights: bf16Words(rows * columns, random),
  });
  const group = groupOf(precision);
  const headMatrix = isBf16(precision) ? bf16Matrix : int8Matrix;
  const matrix = (rows: number, columns: number): PackedMatrix =>
    group === undefined
      ? headMatrix(rows, columns)
      : {
          kind: "int4",
          rows,
          columns,
          weights: Int8Array.from({ length: rows * columns }, () => random(15) - 7),
          groupScales: Uint8Array.from({ length: rows * Math.ceil(columns / group) }, () => 1 + random(255)),
          scales: roundedToBf16(floats(rows, 0.00005, 0.0005)),
        };
  return { matrix, headMatrix };
}

/** Numbers of bfloat16, as scales and gains are stored. */
function roundedToBf16(values: Float32Array): Float32Array {
  return values.map(roundBf16);
}

/** Parameters of a model without meaning: weights over the whole int8 range, gains and embeddings of either sign. */
export function randomParameters(model: ModelShape, seed: number): ModelParameters {
  const { hidden, layers, heads, kvHeads, headDim, ffn, vocab } = model;
  const random = randomNumbers(seed);
  const floats = (count: number, from: number, to: number): Float32Array =>
    Float32Array.from({ length: count }, () => from + ((to - from) * random(4096)) / 4096);
  const { precision = PLAIN_INT8 } = model;
  const { matrix, headMatrix } = matrixSource(precision, random, floats);
  const steps = hasStaticScales(precision) ? 32 : 1; // of int8, for what is 1
  const gains = (from: number): Float32Array => roundedToBf16(floats(hidden, steps * from, steps * 2));
  const input = (name: LinearInputName, width: number): VectorParameters => ({
    ...(precision.outliers && { outliers: someColumns(random, precision.outliers.columns[name], width) }),
  });
  const withOutliers = (made: PackedMatrix, { outliers }: VectorParameters): PackedMatrix =>
    outliers === undefined || made.kind !== "int8"
      ? made
      : { ...made, outliers: bf16Words(made.rows * outliers.length, random) };
  const layer = (): LayerParameters => {
    const inputs = {
      qkv: input("qkv", hidden),
      wo: input("wo", heads * headDim),
      gateUp: input("gateUp", hidden),
      down: input("down", ffn),
    };
    return { ...layerOf(inputs), inputs };
  };
  const layerOf = (inputs: LayerVectors): LayerParameters => ({
    attnNorm: gains(-1.5),
    qkv: withOutliers(matrix((heads + 2 * kvHeads) * headDim, hidden), inputs.qkv),
    ...(model.qkvBias === true && { qkvBias: floats((heads + 2 * kvHeads) * headDim, -2, 2) }),
    ...(model.qkNorm === true && { qNorm: floats(headDim, -1, 2), kNorm: floats(headDim, 0.5, 2) }),
    wo: withOutliers(matrix(hidden, heads * headDim), inputs.wo),
    ffnNorm: gains(0.5),
    wGate: withOutliers(matrix(ffn, hidden), inputs.gateUp),
    wUp: withOutliers(matrix(ffn, hidden), inputs.gateUp),
    wDown: withOutliers(matrix(hidden, ffn), inputs.down),
  });
  const headInput = input("head", hidden);
  return {
    embed: floats(vocab * hidden, -1, 1),
    layers: Array.from({ length: layers }, layer),
    finalNorm: gains(-1),
    head: withOutliers(headMatrix(vocab, hidden), headInput),
    headInput,
    rope: ropeTable(10000, headDim, model.maxContext),
  };
}
