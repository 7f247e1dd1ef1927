import type { Checkpoint, LayerWeights, ModelConfig } from "../checkpoint.ts";
import { concatenate } from "./concatenate.ts";
import { type QuantizedMatrix, quantizeStacked } from "./quantize-matrix.ts";

/** One layer with int8 matrices; gains stay float32. */
export interface QuantizedLayer {
  /** [hidden] */
  readonly attnNorm: Float32Array;
  /** Rows of queries, then keys, then values: [(heads + 2 * kvHeads) * headDim, hidden]. */
  readonly qkv: QuantizedMatrix;
  /** One for each row of `qkv`, float32; there where the model has biases. */
  readonly qkvBias?: Float32Array;
  /** [headDim], float32: gains of the norm of queries and of keys, where the model has them. */
  readonly qNorm?: Float32Array;
  readonly kNorm?: Float32Array;
  /** [hidden, heads * headDim] */
  readonly wo: QuantizedMatrix;
  /** [hidden] */
  readonly ffnNorm: Float32Array;
  /** [ffn, hidden] */
  readonly wGate: QuantizedMatrix;
  /** [ffn, hidden] */
  readonly wUp: QuantizedMatrix;
  /** [hidden, ffn] */
  readonly wDown: QuantizedMatrix;
}

/** A model as the hardware computes it: int8 matrices, float32 embedding rows and gains. */
export interface QuantizedModel {
  readonly id: string;
  /** Of the float weights' file. */
  readonly sha256: string;
  readonly config: ModelConfig;
  /** [vocab, hidden], float32: only rows of it are read. */
  readonly embed: Float32Array;
  readonly layers: readonly QuantizedLayer[];
  /** [hidden] */
  readonly finalNorm: Float32Array;
  /** [vocab, hidden]; of a tied model the embedding, quantized as any matrix. */
  readonly head: QuantizedMatrix;
}

/** Quantizes every matrix to int8 per output channel (docs/numerics.md, "Integer reference"). */
export function quantizeModel(checkpoint: Checkpoint): QuantizedModel {
  const { id, sha256, config, embed, finalNorm } = checkpoint;
  return {
    id,
    sha256,
    config,
    embed,
    layers: checkpoint.layers.map((layer) => quantizeLayer(layer, config)),
    finalNorm,
    head: quantizeStacked(config.hidden, checkpoint.head),
  };
}

function quantizeLayer(layer: LayerWeights, config: ModelConfig): QuantizedLayer {
  const { hidden, heads, headDim, ffn } = config;
  return {
    attnNorm: layer.attnNorm,
    qkv: quantizeStacked(hidden, layer.wq, layer.wk, layer.wv),
    ...optionalParts(layer),
    wo: quantizeStacked(heads * headDim, layer.wo),
    ffnNorm: layer.ffnNorm,
    wGate: quantizeStacked(hidden, layer.wGate),
    wUp: quantizeStacked(hidden, layer.wUp),
    wDown: quantizeStacked(ffn, layer.wDown),
  };
}

function optionalParts({ bq, bk, bv, qNorm, kNorm }: LayerWeights): Partial<QuantizedLayer> {
  return {
    ...(bq && bk && bv && { qkvBias: concatenate(bq, bk, bv) }),
    ...(qNorm && { qNorm }),
    ...(kNorm && { kNorm }),
  };
}
