import { at } from "../../ir/index.ts";
import { argmax, type SequenceDecoder } from "../executor/decoder.ts";

/** How well an engine predicts a text. */
export interface Likelihood {
  /** Mean negative log-likelihood, in nats per predicted token. */
  readonly nll: number;
  /** Perplexity: e^nll. */
  readonly ppl: number;
  /** The most likely token at each predicted place; its length is the number of predicted tokens. */
  readonly top1: readonly number[];
}

/** Teacher-forced likelihood over windows, each a fresh sequence; stops after `limit` predicted tokens. */
export function measureLikelihood(
  start: () => SequenceDecoder,
  windows: readonly (readonly number[])[],
  limit: number = Number.POSITIVE_INFINITY,
): Likelihood {
  const top1: number[] = [];
  let total = 0;
  for (const window of windows) {
    const decoder = start();
    for (let i = 0; i + 1 < window.length && top1.length < limit; i++) {
      const logits = decoder.step(at(window, i));
      total += negativeLogLikelihood(logits, at(window, i + 1));
      top1.push(argmax(logits));
    }
  }
  const nll = top1.length === 0 ? 0 : total / top1.length;
  return { nll, ppl: Math.exp(nll), top1 };
}

/** How many of two engines' most likely tokens are the same. */
export function countAgreement(
  a: Likelihood,
  b: Likelihood,
): { readonly equal: number; readonly of: number } {
  return { equal: a.top1.filter((token, i) => token === b.top1[i]).length, of: a.top1.length };
}

function negativeLogLikelihood(logits: Float32Array, target: number): number {
  const largest = at(logits, argmax(logits));
  let sum = 0;
  for (const logit of logits) sum += Math.exp(logit - largest);
  return Math.log(sum) + largest - at(logits, target);
}
