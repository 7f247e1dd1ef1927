import { at } from "../ir/index.ts";

/**
 * The tokens of the `count` largest logits [vocab] (default: all), best first, the lowest first of equals: zeros are one, NaN is
 * below everything. What the hardware's comparison gives.
 */
export function rankLogits(logits: Float32Array, count = logits.length): readonly number[] {
  return count < logits.length ? insertBest(logits, count) : sortAll(logits);
}

/** For few: one look at each logit, mostly. */
function insertBest(logits: Float32Array, count: number): readonly number[] {
  const best: number[] = [];
  for (const token of logits.keys()) {
    const place = best.findLastIndex((other) => !isAbove(at(logits, token), at(logits, other))) + 1;
    if (place >= count) continue;
    best.splice(place, 0, token);
    best.length = Math.min(best.length, count);
  }
  return best;
}

/** Sorting keeps the order of equals. */
function sortAll(logits: Float32Array): readonly number[] {
  return [...logits.keys()].sort(
    (a, b) => Number(isAbove(at(logits, b), at(logits, a))) - Number(isAbove(at(logits, a), at(logits, b))),
  );
}

function isAbove(a: number, b: number): boolean {
  return Number.isNaN(b) ? !Number.isNaN(a) : a > b;
}
