import type { SamplingParameters } from "../request.ts";

/** What a sequence has so far. */
export interface TokenHistory {
  readonly promptIds: readonly number[];
  readonly outputIds: readonly number[];
}

/**
 * Logits after bias and penalties, in the order of vLLM: bans (-Infinity), bias, repetition (prompt and output), frequency,
 * presence (output). Returns `logits` itself where nothing applies.
 */
export function adjustLogits(
  logits: Float32Array,
  parameters: SamplingParameters,
  history: TokenHistory,
  banned: readonly number[],
): Float32Array {
  if (!needsAllLogits(parameters) && banned.length === 0) return logits;
  const adjusted = Float32Array.from(logits);
  for (const token of banned) adjusted[token] = Number.NEGATIVE_INFINITY;
  for (const [token, bias] of parameters.logitBias ?? []) adjusted[token] = (adjusted[token] ?? 0) + bias;
  penalizeRepetition(adjusted, parameters.repetitionPenalty ?? 1, history);
  const { presencePenalty = 0, frequencyPenalty = 0 } = parameters;
  for (const [token, count] of counts(history.outputIds))
    adjusted[token] = (adjusted[token] ?? 0) - frequencyPenalty * count - presencePenalty;
  return adjusted;
}

/** Whether the choice depends on logits of tokens that are not among the most probable. */
export function needsAllLogits(parameters: SamplingParameters): boolean {
  const { repetitionPenalty = 1, presencePenalty = 0, frequencyPenalty = 0, logitBias } = parameters;
  return (
    repetitionPenalty !== 1 || presencePenalty !== 0 || frequencyPenalty !== 0 || (logitBias?.size ?? 0) > 0
  );
}

function penalizeRepetition(
  logits: Float32Array,
  penalty: number,
  { promptIds, outputIds }: TokenHistory,
): void {
  if (penalty === 1) return;
  for (const token of new Set([...promptIds, ...outputIds])) {
    const logit = logits[token] ?? 0;
    logits[token] = logit > 0 ? logit / penalty : logit * penalty;
  }
}

function counts(tokens: readonly number[]): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const token of tokens) found.set(token, (found.get(token) ?? 0) + 1);
  return found;
}
