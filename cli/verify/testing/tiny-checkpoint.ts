import type { Checkpoint, LayerWeights, ModelConfig } from "../../../frontend/index.ts";

/** A model small enough to be simulated in a moment. */
export const tinyConfig: ModelConfig = {
  architecture: "llama",
  hidden: 12,
  layers: 1,
  heads: 2,
  kvHeads: 1,
  headDim: 4,
  ffn: 20,
  vocab: 17,
  maxContext: 16,
  window: undefined,
  fullLayers: [],
  ropeTheta: 10000,
  ropeScaling: { kind: "none" },
  qkvBias: false,
  qkNorm: false,
  normEps: 1e-5,
  tied: false,
  bosId: 0,
  eosIds: [1],
};

/** Random weights in [-1, 1) from a seed (Numerical Recipes' linear congruential generator). */
export function tinyCheckpoint(config: ModelConfig, seed: number): Checkpoint {
  const { hidden, heads, kvHeads, headDim, ffn, vocab } = config;
  let state = seed >>> 0;
  const floats = (count: number): Float32Array =>
    Float32Array.from({ length: count }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return ((state >>> 16) - 32768) / 32768;
    });
  const layer = (): LayerWeights => ({
    attnNorm: floats(hidden),
    wq: floats(heads * headDim * hidden),
    wk: floats(kvHeads * headDim * hidden),
    wv: floats(kvHeads * headDim * hidden),
    wo: floats(hidden * heads * headDim),
    ffnNorm: floats(hidden),
    wGate: floats(ffn * hidden),
    wUp: floats(ffn * hidden),
    wDown: floats(hidden * ffn),
    ...(config.qkvBias && {
      bq: floats(heads * headDim),
      bk: floats(kvHeads * headDim),
      bv: floats(kvHeads * headDim),
    }),
    ...(config.qkNorm && { qNorm: floats(headDim), kNorm: floats(headDim) }),
  });
  return {
    id: "tiny",
    sha256: "",
    config,
    layers: Array.from({ length: config.layers }, layer),
    embed: floats(vocab * hidden),
    finalNorm: floats(hidden),
    head: floats(vocab * hidden),
  };
}
