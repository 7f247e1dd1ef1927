import { CompilerBug } from "../../ir/index.ts";

/** One sequence being decoded; both reference engines are one. */
export interface SequenceDecoder {
  /** Tokens taken in so far: the position of the next one. */
  readonly length: number;
  /** Takes in one token; returns the logits [vocab] of the token after it, in an array of the caller's own. */
  step(token: number): Float32Array;
}

/** Takes in tokens one after the other; returns the logits after each of them. */
export function forward(decoder: SequenceDecoder, tokens: readonly number[]): readonly Float32Array[] {
  return tokens.map((token) => decoder.step(token));
}

/** The index of the largest element, the first of equals: greedy sampling. */
export function argmax(logits: Float32Array): number {
  let best = 0;
  let largest = Number.NEGATIVE_INFINITY;
  for (const [index, value] of logits.entries()) {
    if (value > largest) {
      best = index;
      largest = value;
    }
  }
  return best;
}

/** `count` greedy tokens after the prompt, fewer where one of `stopIds` comes up (which is included). */
export function decodeGreedily(
  decoder: SequenceDecoder,
  prompt: readonly number[],
  count: number,
  stopIds: readonly number[] = [],
): readonly number[] {
  if (prompt.length === 0)
    throw new CompilerBug("greedy decoding starts from a prompt of at least one token");
  const generated: number[] = [];
  let logits: Float32Array = new Float32Array(0);
  for (const token of prompt) logits = decoder.step(token);
  while (generated.length < count) {
    const token = argmax(logits);
    generated.push(token);
    if (stopIds.includes(token) || generated.length === count) break;
    logits = decoder.step(token);
  }
  return generated;
}
