import { present } from "../../ir/index.ts";

/** What llama.cpp calls what the transformers library calls so; both end in `.weight` or `.bias`. */
const names: ReadonlyMap<string, string> = new Map([
  ["model.embed_tokens", "token_embd"],
  ["model.norm", "output_norm"],
  ["lm_head", "output"],
  ["input_layernorm", "attn_norm"],
  ["self_attn.q_proj", "attn_q"],
  ["self_attn.k_proj", "attn_k"],
  ["self_attn.v_proj", "attn_v"],
  ["self_attn.o_proj", "attn_output"],
  ["self_attn.q_norm", "attn_q_norm"],
  ["self_attn.k_norm", "attn_k_norm"],
  ["post_attention_layernorm", "ffn_norm"],
  ["mlp.gate_proj", "ffn_gate"],
  ["mlp.up_proj", "ffn_up"],
  ["mlp.down_proj", "ffn_down"],
]);

/** The name in a GGUF file of a tensor that `planTensors` names: `model.layers.3.mlp.up_proj.weight ==> blk.3.ffn_up.weight`. */
export function ggufName(name: string): string {
  const parts = /^(?:model\.layers\.(?<layer>\d+)\.)?(?<stem>.+)\.(?<kind>weight|bias)$/u.exec(name)?.groups;
  const { layer, stem = "", kind = "" } = present(parts, `the parts of ${name}`);
  const block = layer === undefined ? "" : `blk.${layer}.`;
  return `${block}${present(names.get(stem), `a GGUF name for ${stem}`)}.${kind}`;
}
