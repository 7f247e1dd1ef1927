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
  factor: z.number().positive().optional(),
  low_freq_factor: z.number().positive().optional(),
  high_freq_factor: z.number().positive().optional(),
  original_max_position_embeddings: count.optional(),
  partial_rotary_factor: z.number().optional(),
  /** Families with several kinds of layers have a set of parameters for each kind. */
  full_attention: z.unknown().optional(),
  sliding_attention: z.unknown().optional(),
});

/** What a file says about rotary positions. */
export type RawRope = z.infer<typeof ropeSchema>;

/** The family, read first: it decides whether the rest makes sense at all. */
export const familySchema = z.object({
  architectures: z.array(z.string()).nullish(),
  model_type: z.string().optional(),
});

/** The fields of a config.json that decide what is computed; others are ignored. */
export const configSchema = z.object({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count.max(4096),
  num_attention_heads: count,
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  sliding_window: count.nullish(),
  use_sliding_window: z.boolean().nullish(),
  max_window_layers: z.number().int().nonnegative().nullish(),
  layer_types: z.array(z.string()).nullish(),
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
