import type { Checkpoint, ModelConfig } from "../checkpoint.ts";

/** The same function with one key/value head per query head: each head's rows repeated within its group. */
export function repeatKeyValueHeads(checkpoint: Checkpoint): Checkpoint {
  const { config } = checkpoint;
  const layers = checkpoint.layers.map((layer) => ({
    ...layer,
    wk: repeatHeads(layer.wk, config),
    wv: repeatHeads(layer.wv, config),
    ...(layer.bk && { bk: repeatHeads(layer.bk, { ...config, hidden: 1 }) }),
    ...(layer.bv && { bv: repeatHeads(layer.bv, { ...config, hidden: 1 }) }),
  }));
  return { ...checkpoint, config: { ...config, kvHeads: config.heads }, layers };
}

function repeatHeads(matrix: Float32Array, config: ModelConfig): Float32Array {
  const rows = config.headDim * config.hidden;
  const group = config.heads / config.kvHeads;
  const repeated = new Float32Array(matrix.length * group);
  for (let head = 0; head < config.heads; head++) {
    const from = Math.floor(head / group) * rows;
    repeated.set(matrix.subarray(from, from + rows), head * rows);
  }
  return repeated;
}

/**
 * What a model costs with the attention of the standard transformer: a key/value head per query head ({@link repeatKeyValueHeads},
 * the same function) and no window. Without its window a model computes the same as long as a sequence is no longer than that.
 */
export function withStandardAttention(checkpoint: Checkpoint): Checkpoint {
  const { config, ...rest } = repeatKeyValueHeads(checkpoint);
  return { ...rest, config: { ...config, window: undefined, fullLayers: [] } };
}
