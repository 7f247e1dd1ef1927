import type { ModelConfig } from "../checkpoint.ts";
import type { QuantizedMatrix } from "./matrix.ts";
import type { QuantizedModel } from "./quantized-model.ts";

/** Bytes of a model, as numbers are stored: without alignment, headers or tables that a device adds. */
export interface ModelBytes {
  /** Matrices with their scales and outlier columns: what every token reads. */
  readonly weights: number;
  /** With embedding rows, gains and biases. */
  readonly total: number;
  /** Keys and values of one position with their scales, in all layers. */
  readonly kvPerToken: number;
}

/** Bytes of a float32, and of a bfloat16: scales of weights, gains of norms. */
const word = 4;
const half = 2;

/** Of a quantized model. */
export function bytesOfModel(model: QuantizedModel): ModelBytes {
  const { layers, head, precision, config } = model;
  const matrices = layers.flatMap(({ qkv, wo, wGate, wUp, wDown }) => [qkv, wo, wGate, wUp, wDown]);
  const weights = [...matrices, head].reduce((sum, matrix) => sum + bytesOfMatrix(matrix), 0);
  const perHead = (config.headDim * precision.kvBits) / 8 + (precision.kvBits === 32 ? 0 : word);
  return { weights, total: weights + otherBytes(config, half), kvPerToken: kvBytes(config, perHead) };
}

/** Of a model in float32. */
export function bytesOfFloatModel(config: ModelConfig): ModelBytes {
  const { hidden, heads, kvHeads, headDim, ffn, layers, vocab } = config;
  const perLayer = hidden * headDim * (2 * heads + 2 * kvHeads) + 3 * hidden * ffn;
  const weights = word * (layers * perLayer + hidden * vocab);
  return { weights, total: weights + otherBytes(config, word), kvPerToken: kvBytes(config, word * headDim) };
}

function bytesOfMatrix(matrix: QuantizedMatrix): number {
  const { rows, columns } = matrix;
  switch (matrix.kind) {
    case "int8":
      return rows * columns + half * rows + 2 * (matrix.outliers?.length ?? 0);
    case "int4": {
      const groups = Math.ceil(columns / matrix.group);
      return rows * ((groups * matrix.group) / 2 + groups + half);
    }
    case "bf16":
      return 2 * rows * columns;
  }
}

function kvBytes({ layers, kvHeads }: ModelConfig, perHead: number): number {
  return 2 * layers * kvHeads * perHead;
}

function otherBytes(
  { vocab, hidden, layers, heads, kvHeads, headDim, qkvBias, qkNorm }: ModelConfig,
  gainBytes: number,
): number {
  const gains = gainBytes * (2 * layers + 1) * hidden;
  const biases = qkvBias ? layers * (heads + 2 * kvHeads) * headDim : 0;
  return gains + word * (vocab * hidden + biases + (qkNorm ? 2 * layers * headDim : 0));
}
