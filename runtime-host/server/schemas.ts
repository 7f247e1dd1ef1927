import { z } from "zod";

const count = z.int().min(1);
const stop = z.union([z.string(), z.array(z.string()).max(16)]).nullish();

/** What completions and chat completions have in common: OpenAI's parameters, and vLLM's beside them. */
const common = {
  model: z.string(),
  max_tokens: count.nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().gt(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  n: count.max(64).nullish(),
  seed: z.int().nullish(),
  stop,
  stop_token_ids: z.array(z.int().min(0)).nullish(),
  ignore_eos: z.boolean().nullish(),
  min_tokens: z.int().min(0).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  repetition_penalty: z.number().gt(0).nullish(),
  logit_bias: z.record(z.string().regex(/^\d+$/u), z.number().min(-100).max(100)).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  priority: z.int().nullish(),
  cache_salt: z.string().nullish(),
  user: z.string().nullish(),
};

/** `POST /v1/completions`. */
export const completionRequest = z.object({
  ...common,
  prompt: z.union([
    z.string(),
    z.array(z.string()).min(1),
    z.array(z.int().min(0)).min(1),
    z.array(z.array(z.int().min(0)).min(1)).min(1),
  ]),
  logprobs: z.int().min(0).max(20).nullish(),
  suffix: z.null().optional(),
  echo: z.literal(false).nullish(),
  best_of: z.null().optional(),
});

const content = z.union([
  z.string(),
  z.array(z.object({ type: z.literal("text"), text: z.string() })),
  z.null(),
]);

/** `POST /v1/chat/completions`. */
export const chatRequest = z.object({
  ...common,
  messages: z.array(z.object({ role: z.string(), content: content.optional() })).min(1),
  max_completion_tokens: count.nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  response_format: z.object({ type: z.literal("text") }).nullish(),
});

/** `POST /tokenize`. */
export const tokenizeRequest = z.object({
  model: z.string().optional(),
  prompt: z.string(),
  add_special_tokens: z.boolean().optional(),
});

/** `POST /detokenize`. */
export const detokenizeRequest = z.object({
  model: z.string().optional(),
  tokens: z.array(z.int().min(0)),
});

export type CompletionRequest = z.infer<typeof completionRequest>;
export type ChatRequest = z.infer<typeof chatRequest>;
/** The part that both kinds of requests share. */
export type CommonRequest = Pick<CompletionRequest, keyof typeof common>;
