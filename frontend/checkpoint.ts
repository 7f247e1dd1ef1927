/** The decoder families that the readers understand: one computation, of which each family uses other parts. */
export type Architecture = "llama" | "mistral" | "qwen2" | "qwen3";

/** How the turning speeds of rotary positions were changed after the first training. */
export type RopeScaling =
  | { readonly kind: "none" }
  /** Every speed divided by `factor`. */
  | { readonly kind: "linear"; readonly factor: number }
  /**
   * Llama 3.1: speeds with fewer than `lowTurns` turns over `context` positions are divided by `factor`, those with
   * more than `highTurns` stay, and in between the divided and the whole speed are mixed.
   */
  | {
      readonly kind: "llama3";
      readonly factor: number;
      readonly lowTurns: number;
      readonly highTurns: number;
      readonly context: number;
    }
  /** Each speed divided by its own factor, [headDim / 2]; how GGUF files hold the rule of Llama 3.1. */
  | { readonly kind: "factors"; readonly factors: readonly number[] };

/** Shape and constants of a decoder-only transformer (RMSNorm, rotary positions, SwiGLU, grouped attention). */
export interface ModelConfig {
  readonly architecture: Architecture;
  /** Width of the residual stream. */
  readonly hidden: number;
  readonly layers: number;
  /** Query heads; a multiple of `kvHeads`. */
  readonly heads: number;
  readonly kvHeads: number;
  /** Channels of a head, even; `heads * headDim` may differ from `hidden`. */
  readonly headDim: number;
  /** Width of the feed-forward layer. */
  readonly ffn: number;
  /** Rows of the embedding and of the head. */
  readonly vocab: number;
  /** Positions that the model was made for. */
  readonly maxContext: number;
  /** Sliding window: position i sees the keys j with 0 <= i - j < window; undefined: all of them. */
  readonly window: number | undefined;
  /** Layers that see all keys although the model has a window, in ascending order. */
  readonly fullLayers: readonly number[];
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling;
  /** Whether queries, keys and values have a bias (Qwen2). */
  readonly qkvBias: boolean;
  /** Whether the heads of queries and keys are normalized before they are turned (Qwen3). */
  readonly qkNorm: boolean;
  readonly normEps: number;
  /** Whether the head is the embedding matrix. */
  readonly tied: boolean;
  /** The token a sequence starts with, where the model has one. */
  readonly bosId: number | undefined;
  /** Tokens that end a sequence. */
  readonly eosIds: readonly number[];
}

/** The window of a layer; undefined: it sees all keys. */
export function windowOfLayer(
  { window, fullLayers }: Pick<ModelConfig, "window" | "fullLayers">,
  layer: number,
): number | undefined {
  return fullLayers.includes(layer) ? undefined : window;
}

/** Weights of one layer; matrices are row-major (out, in), rotary rows in half-split order. */
export interface LayerWeights {
  /** [hidden] */
  readonly attnNorm: Float32Array;
  /** [heads * headDim, hidden] */
  readonly wq: Float32Array;
  /** [kvHeads * headDim, hidden] */
  readonly wk: Float32Array;
  /** [kvHeads * headDim, hidden] */
  readonly wv: Float32Array;
  /** [hidden, heads * headDim] */
  readonly wo: Float32Array;
  /** [hidden] */
  readonly ffnNorm: Float32Array;
  /** [ffn, hidden] */
  readonly wGate: Float32Array;
  /** [ffn, hidden] */
  readonly wUp: Float32Array;
  /** [hidden, ffn] */
  readonly wDown: Float32Array;
  /** Biases of queries, keys and values, each as long as its matrix has rows, in the matrix's order; there with `qkvBias`. */
  readonly bq?: Float32Array;
  readonly bk?: Float32Array;
  readonly bv?: Float32Array;
  /** [headDim], the same for all heads; there with `qkNorm`. */
  readonly qNorm?: Float32Array;
  /** [headDim] */
  readonly kNorm?: Float32Array;
}

/** A value for each tensor that a layer has. */
export type PerLayerTensor<T> = { readonly [K in keyof LayerWeights]: T };

/** A model as it was trained: float32 weights in one layout, whatever file they came from. */
export interface Checkpoint {
  /** File or folder name without extension. */
  readonly id: string;
  /** Of the weights file; of several shards, of their bytes in the order of their names. */
  readonly sha256: string;
  readonly config: ModelConfig;
  readonly layers: readonly LayerWeights[];
  /** [vocab, hidden] */
  readonly embed: Float32Array;
  /** [hidden] */
  readonly finalNorm: Float32Array;
  /** [vocab, hidden]; the same array as `embed` where the model is tied. */
  readonly head: Float32Array;
}
