/** The decoder families that the readers understand; both are the same computation, with or without a window. */
export type Architecture = "llama" | "mistral";

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
  readonly ropeTheta: number;
  readonly normEps: number;
  /** Whether the head is the embedding matrix. */
  readonly tied: boolean;
  /** The token a sequence starts with, where the model has one. */
  readonly bosId: number | undefined;
  /** Tokens that end a sequence. */
  readonly eosIds: readonly number[];
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
}

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
