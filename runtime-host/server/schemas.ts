import { z } from "zod";

/** What a completion begins with: text, ids, or a list of either. */
type Prompt = string | readonly string[] | readonly number[] | readonly (readonly number[])[];

/** Long lists are looked at as one value: a schema of their elements keeps a report for each that is wrong. */
const prompt = z
  .custom<Prompt>(isPrompt, "expected text, token ids, or a list of either, not empty")
  .transform(listOf);
const ids = z.custom<readonly number[]>(isIds, "expected token ids");

const count = z.int().min(1);
const name = z.string().max(1000);
const stop = z.union([z.string(), z.array(z.string()).max(16)]).nullish();

/** What completions and chat completions have in common: OpenAI's parameters, and vLLM's beside them. */
const common = {
  model: name,
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
  repetition_penalty: z.number().min(0.01).max(100).nullish(),
  logit_bias: z.record(z.string().regex(/^\d+$/u), z.number().min(-100).max(100)).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().nullish() }).nullish(),
  priority: z.int().nullish(),
  cache_salt: name.nullish(),
  user: z.string().nullish(),
};

/** `POST /v1/completions`. */
export const completionRequest = z.object({
  ...common,
  prompt,
  logprobs: z.int().min(0).max(20).nullish(),
  suffix: z.literal("").nullish(),
  echo: z.literal(false).nullish(),
  best_of: z.literal(1).nullish(),
});

const content = z.union([
  z.string(),
  z.array(z.object({ type: z.literal("text"), text: z.string() })),
  z.null(),
]);

const noTools = z.array(z.unknown()).max(0, "tools are not supported").nullish();

/** `POST /v1/chat/completions`. */
export const chatRequest = z.object({
  ...common,
  messages: z.array(z.object({ role: z.string(), content: content.optional() })).min(1),
  max_completion_tokens: count.nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  response_format: z.object({ type: z.literal("text") }).nullish(),
  tools: noTools,
  functions: noTools,
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
  tokens: ids,
});

/** Entries of lists and objects in a request, at most, but for prompts and ids. */
const MOST_ENTRIES = 10_000;

/** What of a request may be long. */
const LONG_LISTS: ReadonlySet<string> = new Set(["prompt", "tokens"]);

/** What is too much in a request, before anything else looks at it. */
export function excessOf(body: unknown): string | undefined {
  const open: unknown[] = [body];
  let entries = 0;
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value !== "object" || value === null) continue;
    const inside = Object.entries(value).filter(([key]) => value !== body || !LONG_LISTS.has(key));
    entries += inside.length;
    if (entries > MOST_ENTRIES) return `more than ${String(MOST_ENTRIES)} entries`;
    for (const [, one] of inside) open.push(one);
  }
  return undefined;
}

function isPrompt(value: unknown): value is Prompt {
  if (typeof value === "string") return true;
  if (!Array.isArray(value) || value.length === 0) return false;
  const list: readonly unknown[] = value;
  const isText = list.every((one) => typeof one === "string");
  return isText || isIds(list) || list.every((one) => isIds(one) && one.length > 0);
}

/** Each is a prompt of its own. */
function listOf(given: Prompt): readonly (string | readonly number[])[] {
  return typeof given === "string" || isIds(given) ? [given] : given;
}

function isIds(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((one) => Number.isSafeInteger(one) && one >= 0);
}

export type CompletionRequest = z.infer<typeof completionRequest>;
export type ChatRequest = z.infer<typeof chatRequest>;
/** The part that both kinds of requests share. */
export type CommonRequest = Pick<CompletionRequest, keyof typeof common>;
