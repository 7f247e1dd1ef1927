import type { SequenceDecoder } from "../devices/reference.ts";

/** Tokens of the toy model. */
export const toyVocab = 97;

/** A toy model whose next token is a hash of all tokens so far: whoever loses or reorders one is found out. */
export function openHistoryDecoder(): SequenceDecoder {
  let state = 1;
  return {
    step: (token) => {
      state = (Math.imul(state, 31) + token + 7) >>> 0;
      const logits = new Float32Array(toyVocab);
      logits[state % toyVocab] = 1;
      return logits;
    },
  };
}

/** `count` tokens of the toy model after `prompt`, without any engine. */
export function continueHistory(prompt: readonly number[], count: number): readonly number[] {
  const decoder = openHistoryDecoder();
  const feed = (token: number): number => decoder.step(token).indexOf(1);
  let next = prompt.map(feed).at(-1) ?? 0;
  return Array.from({ length: count }, () => {
    const token = next;
    next = feed(token);
    return token;
  });
}
