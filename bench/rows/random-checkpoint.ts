import type { Checkpoint, LayerWeights, ModelConfig } from "../../frontend/index.ts";
import { Choices } from "../fuzz/choices.ts";

/** A model without meaning: matrices scaled so that activations stay near 1, gains around 1. */
export function randomCheckpoint(config: ModelConfig, seed: number): Checkpoint {
  const choices = new Choices(seed);
  const { hidden, heads, kvHeads, headDim, ffn, vocab } = config;
  const floats = (count: number, mean: number, spread: number): Float32Array =>
    Float32Array.from({ length: count }, () => mean + (spread * (choices.below(4096) - 2048)) / 2048);
  const matrix = (rows: number, columns: number): Float32Array =>
    floats(rows * columns, 0, 2 / Math.sqrt(columns));
  const gains = (count: number): Float32Array => floats(count, 1, 0.3);
  const layer = (): LayerWeights => ({
    attnNorm: gains(hidden),
    wq: matrix(heads * headDim, hidden),
    wk: matrix(kvHeads * headDim, hidden),
    wv: matrix(kvHeads * headDim, hidden),
    wo: matrix(hidden, heads * headDim),
    ffnNorm: gains(hidden),
    wGate: matrix(ffn, hidden),
    wUp: matrix(ffn, hidden),
    wDown: matrix(hidden, ffn),
    ...(config.qkvBias && {
      bq: floats(heads * headDim, 0, 0.5),
      bk: floats(kvHeads * headDim, 0, 0.5),
      bv: floats(kvHeads * headDim, 0, 0.5),
    }),
    ...(config.qkNorm && { qNorm: gains(headDim), kNorm: gains(headDim) }),
  });
  const embed = floats(vocab * hidden, 0, 1);
  return {
    id: "random",
    sha256: "0",
    config,
    layers: Array.from({ length: config.layers }, layer),
    embed,
    finalNorm: gains(hidden),
    head: config.tied ? embed : floats(vocab * hidden, 0, 1),
  };
}

/** Sizes that are multiples of nothing, where nobody asks for others. */
export const plainConfig: ModelConfig = {
  architecture: "llama",
  hidden: 22,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  ffn: 27,
  vocab: 37,
  maxContext: 32,
  window: undefined,
  fullLayers: [],
  ropeTheta: 10_000,
  ropeScaling: { kind: "none" },
  qkvBias: false,
  qkNorm: false,
  normEps: 1e-5,
  tied: true,
  bosId: 0,
  eosIds: [1],
};

/** Weights of a model without biases and head norms. */
export function parametersOf(config: ModelConfig): number {
  const { hidden, heads, kvHeads, headDim, ffn, vocab, layers, tied } = config;
  const attention = 2 * hidden * (heads + kvHeads) * headDim;
  const layer = attention + 3 * hidden * ffn + 2 * hidden;
  return layers * layer + hidden + (tied ? 1 : 2) * vocab * hidden;
}
