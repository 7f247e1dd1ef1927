import type { Checkpoint } from "../checkpoint.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
import type { CalibrationText, CalibrationWatch } from "./collect-statistics.ts";

/** How much of its own text a model tells. */
export interface OwnTextSize {
  readonly sequences: number;
  /** Tokens of each, the first included. */
  readonly length: number;
  readonly seed: number;
}

/** What calibration uses where nobody gives a text. */
export const ownTextSize: OwnTextSize = { sequences: 24, length: 128, seed: 0 };

/**
 * Text of the model itself, drawn from its own distribution at temperature 1: calibration that needs neither a file
 * nor a tokenizer (as in https://arxiv.org/abs/2305.17888). Sequences begin with the start token, or with a token
 * drawn evenly where the model has none; after an end token a sequence starts again.
 */
export function tellOwnText(
  checkpoint: Checkpoint,
  { sequences, length, seed }: OwnTextSize = ownTextSize,
  { onShare, signal }: CalibrationWatch = {},
): CalibrationText {
  const { config } = checkpoint;
  const random = createRandom(seed);
  const windows: number[][] = [];
  const limit = Math.min(length, config.maxContext);
  for (let i = 0; i < sequences; i++) {
    const decoder = createFloatDecoder(checkpoint);
    const window = [config.bosId ?? Math.floor(random() * config.vocab)];
    while (window.length < limit) {
      signal?.throwIfAborted();
      const token = drawToken(decoder.step(window.at(-1) ?? 0), random());
      if (config.eosIds.includes(token)) break;
      window.push(token);
    }
    windows.push(window);
    onShare?.((i + 1) / sequences);
  }
  return { source: `${sequences} texts of the model itself, seed ${seed}`, windows };
}

/** The token at which the cumulated softmax passes `share`. */
export function drawToken(logits: Float32Array, share: number): number {
  const largest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const weights = Float64Array.from(logits, (logit) => Math.exp(logit - largest));
  let left = share * weights.reduce((a, b) => a + b, 0);
  for (const [token, weight] of weights.entries()) {
    left -= weight;
    if (left < 0) return token;
  }
  return logits.length - 1;
}

/** Numbers in [0, 1) that a seed decides: a 32-bit counter through Murmur3's finalizer. */
function createRandom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let word = state;
    word = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
    word = Math.imul(word ^ (word >>> 13), 0xc2b2ae35);
    return ((word ^ (word >>> 16)) >>> 0) / 2 ** 32;
  };
}
