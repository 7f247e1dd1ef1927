/** How tokens are chosen; the defaults are greedy. */
export interface SamplingParameters {
  /** 0: the most probable token. */
  readonly temperature: number;
  /** Tokens that stay, by falling probability; undefined: all. */
  readonly topK?: number | undefined;
  /** The smallest set of tokens whose probabilities reach this. */
  readonly topP?: number | undefined;
  /** Tokens at least this probable, relative to the most probable one. */
  readonly minP?: number | undefined;
  /** Logits of tokens in prompt or output are divided (positive) or multiplied (negative) by this. */
  readonly repetitionPenalty?: number | undefined;
  /** Taken from the logits of tokens that the output has. */
  readonly presencePenalty?: number | undefined;
  /** Taken from them for each time that the output has them. */
  readonly frequencyPenalty?: number | undefined;
  /** Added to logits. */
  readonly logitBias?: ReadonlyMap<number, number> | undefined;
  /** The same request with the same seed gives the same tokens, whatever runs beside it. */
  readonly seed: number;
  /** Report the log-probability of each token and of this many of the most probable ones. */
  readonly logprobs?: number | undefined;
}

/** Greedy. */
export const GREEDY: SamplingParameters = { temperature: 0, seed: 0 };

/** What is asked for: `n` continuations of a prompt. */
export interface ServingRequest {
  readonly id: string;
  /** At least one id. */
  readonly promptIds: readonly number[];
  /** Tokens to generate, at most; at least 1. */
  readonly maxTokens: number;
  /** Tokens that end a sequence; the one that does is part of the result. */
  readonly stopIds: readonly number[];
  /** Stop tokens are not chosen before so many tokens. */
  readonly minTokens?: number | undefined;
  readonly sampling: SamplingParameters;
  /** Answers (default 1). */
  readonly n?: number | undefined;
  /** Smaller goes first, where the policy is `priority` (default 0). */
  readonly priority?: number | undefined;
  /** Requests share cached blocks with those of the same salt only. */
  readonly cacheSalt?: string | undefined;
}

/** Why a sequence ended: a stop token or string, as many tokens as it may have, its client, or a failure of the device. */
export type FinishReason = "stop" | "length" | "abort" | "error";
