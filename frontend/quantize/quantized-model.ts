import type { ModelConfig } from "../checkpoint.ts";
import type { Int8Matrix, LinearInput, QuantizedMatrix } from "./matrix.ts";
import type { Precision } from "./precision.ts";

/** What the matrices of a layer multiply. */
export interface LayerInputs {
  /** The normed residual that `qkv` multiplies. */
  readonly qkv: LinearInput;
  /** The attended heads that `wo` multiplies. */
  readonly wo: LinearInput;
  /** The normed residual that `wGate` and `wUp` multiply. */
  readonly gateUp: LinearInput;
  /** The gated product that `wDown` multiplies. */
  readonly down: LinearInput;
}

/** One layer; gains of norms are numbers of bfloat16. */
export interface QuantizedLayer<M extends QuantizedMatrix = QuantizedMatrix> {
  /** [hidden] */
  readonly attnNorm: Float32Array;
  /** Rows of queries, then keys, then values: [(heads + 2 * kvHeads) * headDim, hidden]. */
  readonly qkv: M;
  /** One for each row of `qkv`, float32; there where the model has biases. */
  readonly qkvBias?: Float32Array;
  /** [headDim], float32: gains of the norm of queries and of keys, where the model has them. */
  readonly qNorm?: Float32Array;
  readonly kNorm?: Float32Array;
  /** [hidden, heads * headDim] */
  readonly wo: M;
  /** [hidden] */
  readonly ffnNorm: Float32Array;
  /** [ffn, hidden] */
  readonly wGate: M;
  /** [ffn, hidden] */
  readonly wUp: M;
  /** [hidden, ffn] */
  readonly wDown: M;
  readonly inputs: LayerInputs;
}

/** A model as the hardware computes it: matrices in few bits, float32 embedding rows and gains. */
export interface QuantizedModel<M extends QuantizedMatrix = QuantizedMatrix> {
  readonly id: string;
  /** Of the float weights' file. */
  readonly sha256: string;
  readonly config: ModelConfig;
  readonly precision: Precision;
  /** [vocab, hidden], float32: only rows of it are read. */
  readonly embed: Float32Array;
  readonly layers: readonly QuantizedLayer<M>[];
  /** [hidden] */
  readonly finalNorm: Float32Array;
  /** [vocab, hidden]; of a tied model the embedding, quantized as any matrix. int8 where the layers are int4. */
  readonly head: M;
  readonly headInput: LinearInput;
}

/** A model whose matrices are all int8. */
export type Int8Model = QuantizedModel<Int8Matrix>;
