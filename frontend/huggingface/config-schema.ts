import { z } from "zod";

const count = z
  .number()
  .int()
  .positive()
  .max(1 << 30);
const tokenId = z.number().int().nonnegative();
const tokenIds = z.union([tokenId, z.array(tokenId)]);

/** Parameters of rotary positions as newer (`rope_parameters`) and older files (`rope_scaling`) have them. */
const ropeSchema = z.object({
  rope_type: z.string().optional(),
  type: z.string().optional(),
  rope_theta: z.number().positive().optional(),
  partial_rotary_factor: z.number().optional(),
});

/** The family, read first: it decides whether the rest makes sense at all. */
export const familySchema = z.object({
  architectures: z.array(z.string()).optional(),
  model_type: z.string().optional(),
});

/** The fields of a Llama or Mistral config.json that decide what is computed; others are ignored. */
export const configSchema = z.object({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count.max(4096),
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  sliding_window: count.nullish(),
  max_position_embeddings: count.optional(),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema.nullish(),
  rope_parameters: ropeSchema.nullish(),
  partial_rotary_factor: z.number().nullish(),
  hidden_act: z.string().default("silu"),
  attention_bias: z.boolean().nullish(),
  mlp_bias: z.boolean().nullish(),
  tie_word_embeddings: z.boolean().default(false),
  quantization_config: z.unknown().optional(),
  bos_token_id: tokenId.nullish(),
  eos_token_id: tokenIds.nullish(),
});

/** What config.json says, checked field by field. */
export type RawConfig = z.infer<typeof configSchema>;

/** The fields of generation_config.json that take precedence over config.json. */
export const generationSchema = z.object({
  bos_token_id: tokenId.nullish(),
  eos_token_id: tokenIds.nullish(),
});

/** What generation_config.json says; `{}` where there is none. */
export type RawGeneration = z.infer<typeof generationSchema>;
