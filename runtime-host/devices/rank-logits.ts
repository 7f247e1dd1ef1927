import { at } from "../../ir/index.ts";

/**
 * The tokens of the `count` largest logits [vocab], best first, the lowest first of equals: zeros are one, NaN is below
 * everything. What the hardware's comparison gives.
 */
export function rankLogits(logits: Float32Array, count: number): readonly number[] {
  const best: number[] = [];
  for (const token of logits.keys()) {
    const place = best.findLastIndex((other) => !isAbove(at(logits, token), at(logits, other))) + 1;
    if (place >= count) continue;
    best.splice(place, 0, token);
    best.length = Math.min(best.length, count);
  }
  return best;
}

function isAbove(a: number, b: number): boolean {
  return Number.isNaN(b) ? !Number.isNaN(a) : a > b;
}
