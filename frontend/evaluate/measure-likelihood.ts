import { at } from "../../ir/index.ts";
import { argmax } from "../executor/decoder.ts";

/** How well an engine predicts a text. */
export interface Likelihood {
  /** Mean negative log-likelihood, in nats per predicted token. */
  readonly nll: number;
  /** Perplexity: e^nll. */
  readonly ppl: number;
  /** The most likely token at each predicted place; its length is the number of predicted tokens. */
  readonly top1: readonly number[];
}

/** What is measured: a sequence that takes in tokens, one or several a step. */
export interface MeasuredDecoder {
  readonly step: (token: number) => Float32Array;
  readonly stepRows?: (tokens: readonly number[]) => readonly Float32Array[];
}

/** Adds up the teacher-forced likelihood of windows, each a fresh sequence. */
export class LikelihoodMeter {
  readonly #top1: number[] = [];
  #total = 0;

  /** Takes in a window, `rows` tokens a step; stops after `limit` predicted tokens of all windows. */
  add(
    decoder: MeasuredDecoder,
    window: readonly number[],
    { rows = 1, limit = Number.POSITIVE_INFINITY }: { readonly rows?: number; readonly limit?: number } = {},
  ): void {
    const end = Math.min(window.length - 1, limit - this.#top1.length);
    for (let from = 0; from < end; from += rows) {
      const tokens = window.slice(from, Math.min(from + rows, end));
      const logits = takeIn(decoder, tokens);
      for (const [i, row] of logits.entries()) {
        this.#total += negativeLogLikelihood(row, at(window, from + i + 1));
        this.#top1.push(argmax(row));
      }
    }
  }

  /** Of everything so far. */
  result(): Likelihood {
    const top1 = this.#top1;
    const nll = top1.length === 0 ? 0 : this.#total / top1.length;
    return { nll, ppl: Math.exp(nll), top1: [...top1] };
  }
}

function takeIn({ step, stepRows }: MeasuredDecoder, tokens: readonly number[]): readonly Float32Array[] {
  return stepRows === undefined || tokens.length === 1
    ? tokens.map((token) => step(token))
    : stepRows(tokens);
}

/** Teacher-forced likelihood over windows, each a fresh sequence; stops after `limit` predicted tokens. */
export function measureLikelihood(
  start: () => MeasuredDecoder,
  windows: readonly (readonly number[])[],
  limit: number = Number.POSITIVE_INFINITY,
): Likelihood {
  const meter = new LikelihoodMeter();
  for (const window of windows) meter.add(start(), window, { limit });
  return meter.result();
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
