import type { Checkpoint } from "../../frontend/index.ts";
import type { ModelShape } from "../schemas/manifest.ts";

/** The model as manifests and results describe it. */
export function describeModel({ id, sha256, config }: Checkpoint): ModelShape {
  return {
    id,
    arch: config.architecture,
    sha256,
    hidden: config.hidden,
    layers: config.layers,
    heads: config.heads,
    kv_heads: config.kvHeads,
    head_dim: config.headDim,
    ffn: config.ffn,
    vocab: config.vocab,
    window: config.window ?? null,
    full_layers: [...config.fullLayers],
    qkv_bias: config.qkvBias,
    qk_norm: config.qkNorm,
    bos_id: config.bosId ?? null,
    eos_ids: [...config.eosIds],
  };
}
