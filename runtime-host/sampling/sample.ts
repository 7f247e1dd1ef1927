import { unreachable } from "../../ir/index.ts";
import type { Emission, Emit } from "../device.ts";
import { generatedTokens, type Sequence } from "../scheduling/sequence.ts";
import { adjustLogits, needsAllLogits } from "./adjust-logits.ts";
import { chooseToken, rankingOf } from "./choose-token.ts";
import { uniformAt } from "./random.ts";

/** A token and, where they were asked for, log-probabilities before any penalty or temperature. */
export interface ChosenToken {
  readonly token: number;
  readonly logprobs?: TokenLogprobs | undefined;
}

/** Of the chosen token and of the most probable ones, by falling probability. */
export interface TokenLogprobs {
  readonly chosen: number;
  readonly top: readonly { readonly token: number; readonly logprob: number }[];
}

/** What the row of a sequence's last token has to give so that the next token can be chosen, cheapest first. */
export function emitsFor(sequence: Sequence, candidates: number): readonly Emit[] {
  const { sampling } = sequence.request;
  const all: readonly Emit[] = ["logits"];
  if (sampling.logprobs !== undefined || needsAllLogits(sampling) || bannedTokens(sequence).length > 0)
    return all;
  if (sampling.temperature === 0) return ["argmax", "topk", "logits"];
  const { topK } = sampling;
  return topK !== undefined && topK <= candidates ? ["topk", "logits"] : all;
}

/** Stop tokens of a sequence that is still too short. */
function bannedTokens(sequence: Sequence): readonly number[] {
  const { minTokens = 0, stopIds } = sequence.request;
  return generatedTokens(sequence).length < minTokens ? stopIds : [];
}

/** The next token of a sequence. */
export function sampleToken(sequence: Sequence, emission: Emission): ChosenToken {
  const { request, sample, tokens } = sequence;
  const uniform = uniformAt(request.sampling.seed, sample, tokens.length);
  switch (emission.kind) {
    case "argmax":
      return { token: emission.token };
    case "topk": {
      const ranking = { tokens: emission.tokens, logits: [...emission.logits] };
      return { token: chooseToken(ranking, request.sampling, uniform) };
    }
    case "logits": {
      const { promptIds } = request;
      const history = { promptIds, outputIds: generatedTokens(sequence) };
      const adjusted = adjustLogits(emission.logits, request.sampling, history, bannedTokens(sequence));
      const { temperature, logprobs } = request.sampling;
      const ranking = rankingOf(adjusted, temperature === 0 ? 1 : undefined);
      const token = chooseToken(ranking, request.sampling, uniform);
      if (logprobs === undefined) return { token };
      return { token, logprobs: logprobsOf(emission.logits, token, logprobs) };
    }
    default:
      return unreachable(emission);
  }
}

function logprobsOf(logits: Float32Array, chosen: number, count: number): TokenLogprobs {
  const ranking = rankingOf(logits);
  const largest = ranking.logits[0] ?? 0;
  const total = ranking.logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0);
  const logprob = (logit: number): number => logit - largest - Math.log(total);
  const top = ranking.tokens
    .slice(0, count)
    .map((token, place) => ({ token, logprob: logprob(ranking.logits[place] ?? 0) }));
  return { chosen: logprob(logits[chosen] ?? 0), top };
}
