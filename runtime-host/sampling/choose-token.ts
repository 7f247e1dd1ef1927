import { at } from "../../ir/index.ts";
import { rankLogits } from "../rank-logits.ts";
import type { SamplingParameters } from "../request.ts";

/** Tokens that may be chosen, by falling logit, the lowest number first of equals. */
export interface Ranking {
  readonly tokens: readonly number[];
  readonly logits: readonly number[];
}

/** The `count` most probable tokens of all logits [vocab] (default: all of them). */
export function rankingOf(logits: Float32Array, count = logits.length): Ranking {
  const tokens = rankLogits(logits, count);
  return { tokens, logits: tokens.map((token) => at(logits, token)) };
}

/**
 * The token that a uniform number in [0, 1) picks: softmax at the temperature, then min-p, top-k and top-p (in this order,
 * each on what the one before left), then the inverse of the cumulative distribution. Temperature 0 takes the first.
 */
export function chooseToken(ranking: Ranking, parameters: SamplingParameters, uniform: number): number {
  const first = at(ranking.tokens, 0);
  if (parameters.temperature === 0) return first;
  const weights = keep(weightsOf(ranking, parameters.temperature), parameters);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let rest = uniform * total;
  for (const [place, weight] of weights.entries()) {
    rest -= weight;
    if (rest < 0) return at(ranking.tokens, place);
  }
  return at(ranking.tokens, weights.length - 1);
}

/** Probabilities up to a factor; the most probable token has 1. */
function weightsOf({ logits }: Ranking, temperature: number): readonly number[] {
  const largest = at(logits, 0);
  return logits.map((logit) => Math.exp((logit - largest) / temperature));
}

/** The beginning of the weights that min-p, top-k and top-p leave; at least one. */
function keep(
  weights: readonly number[],
  { topK, topP = 1, minP = 0 }: SamplingParameters,
): readonly number[] {
  let count = weights.findIndex((weight) => weight < minP || weight === 0);
  if (count < 0) count = weights.length;
  count = Math.max(1, Math.min(count, topK ?? count));
  const kept = weights.slice(0, count);
  const goal = topP * kept.reduce((sum, weight) => sum + weight, 0);
  let sum = 0;
  const last = kept.findIndex((weight) => {
    sum += weight;
    return sum >= goal;
  });
  return topP >= 1 || last < 0 ? kept : kept.slice(0, last + 1);
}
