import type { SequenceDecoder } from "../devices/reference.ts";

/** A toy model with logits that are all different, and a hash of all tokens so far: sampling shows whether contexts mix. */
export function openSpreadDecoder(vocab: number): SequenceDecoder {
  let state = 1;
  return {
    step: (token) => {
      state = (Math.imul(state, 0x01000193) ^ (token + 0x9e3779b9)) >>> 0;
      return Float32Array.from({ length: vocab }, (_, i) => {
        const h = Math.imul(state ^ Math.imul(i + 1, 0x85ebca6b), 0xc2b2ae35) >>> 0;
        return (h / 2 ** 32) * 4;
      });
    },
  };
}
