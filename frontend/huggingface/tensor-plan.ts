import type { ModelConfig, PerLayerTensor } from "../checkpoint.ts";

/** A tensor that the model needs: its name in the file and its shape. */
export interface PlannedTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** All tensors that a configuration calls for, in the naming of the transformers library. */
export interface TensorPlan {
  readonly embed: PlannedTensor;
  readonly finalNorm: PlannedTensor;
  /** Undefined where the head is the embedding. */
  readonly head: PlannedTensor | undefined;
  readonly layers: readonly PerLayerTensor<PlannedTensor>[];
}

/** Which tensors a checkpoint of this configuration consists of. */
export function planTensors(config: ModelConfig): TensorPlan {
  const { hidden, vocab } = config;
  return {
    embed: { name: "model.embed_tokens.weight", shape: [vocab, hidden] },
    finalNorm: { name: "model.norm.weight", shape: [hidden] },
    head: config.tied ? undefined : { name: "lm_head.weight", shape: [vocab, hidden] },
    layers: Array.from({ length: config.layers }, (_, layer) => planLayer(config, layer)),
  };
}

function planLayer(config: ModelConfig, layer: number): PerLayerTensor<PlannedTensor> {
  const { hidden, heads, kvHeads, headDim, ffn } = config;
  const tensor = (part: string, ...shape: readonly number[]): PlannedTensor => ({
    name: `model.layers.${String(layer)}.${part}`,
    shape,
  });
  return {
    attnNorm: tensor("input_layernorm.weight", hidden),
    wq: tensor("self_attn.q_proj.weight", heads * headDim, hidden),
    wk: tensor("self_attn.k_proj.weight", kvHeads * headDim, hidden),
    wv: tensor("self_attn.v_proj.weight", kvHeads * headDim, hidden),
    wo: tensor("self_attn.o_proj.weight", hidden, heads * headDim),
    ffnNorm: tensor("post_attention_layernorm.weight", hidden),
    wGate: tensor("mlp.gate_proj.weight", ffn, hidden),
    wUp: tensor("mlp.up_proj.weight", ffn, hidden),
    wDown: tensor("mlp.down_proj.weight", hidden, ffn),
    ...(config.qkvBias && {
      bq: tensor("self_attn.q_proj.bias", heads * headDim),
      bk: tensor("self_attn.k_proj.bias", kvHeads * headDim),
      bv: tensor("self_attn.v_proj.bias", kvHeads * headDim),
    }),
    ...(config.qkNorm && {
      qNorm: tensor("self_attn.q_norm.weight", headDim),
      kNorm: tensor("self_attn.k_norm.weight", headDim),
    }),
  };
}

/** The tensors of a plan as a list. */
export function listTensors(plan: TensorPlan): readonly PlannedTensor[] {
  const head = plan.head === undefined ? [] : [plan.head];
  return [plan.embed, ...plan.layers.flatMap((layer) => Object.values(layer)), plan.finalNorm, ...head];
}

/** Tensors that a file may hold although they are not weights: tables, and the copy of a tied head. */
export function isIgnorable(name: string, config: ModelConfig): boolean {
  return name.endsWith(".rotary_emb.inv_freq") || (config.tied && name === "lm_head.weight");
}
