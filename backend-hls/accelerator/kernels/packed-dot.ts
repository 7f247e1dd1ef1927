import type { LoopBuilder, Value } from "../../../ir/index.ts";

/** Bits between the two products of a multiplication: a sum of `MOST` of the lower ones fits. */
const SPACING = 18;

/** Products of weights within ±127 and activations within -128 … 127 that are added before they are taken apart: their sum is below 2^17. */
const MOST = 8;

/** Bits of a packed pair of weights, and of a sum of its products, at least. */
const PAIR_BITS = 27;
const WIDE_BITS = 48;

/**
 * Exact sums of products of two rows of weights with the same activations, two products a multiplication:
 * (a·2^18 + b)·c = (a·c)·2^18 + b·c, what one DSP48E2 multiplies (27 by 18 bits). Sums of up to eight are added as they are; the lower
 * sum is the signed value of the low bits, and where it is negative it has borrowed one from the upper sum.
 */
export function packedDots(
  b: LoopBuilder,
  inputs: readonly Value[],
  [upper, lower]: readonly [readonly Value[], readonly Value[]],
  sumBits: number,
): readonly [Value, Value] {
  const sums: [Value, Value][] = [];
  for (let from = 0; from < inputs.length; from += MOST) {
    const products = inputs.slice(from, from + MOST).flatMap((input, lane) => {
      const [high, low] = [upper[from + lane], lower[from + lane]];
      if (high === undefined || low === undefined) return [];
      const shifted = b.shli(resize(b, high, PAIR_BITS), b.int(SPACING, PAIR_BITS));
      const pair = b.addi(shifted, resize(b, low, PAIR_BITS));
      return [b.muli(b.extsi(pair, WIDE_BITS), resize(b, input, WIDE_BITS))];
    });
    sums.push(
      takeApart(
        b,
        products.reduce((sum, product) => b.addi(sum, product)),
        sumBits,
      ),
    );
  }
  return sums.reduce(([high, low], [nextHigh, nextLow]) => [b.addi(high, nextHigh), b.addi(low, nextLow)]);
}

function takeApart(b: LoopBuilder, sum: Value, sumBits: number): [Value, Value] {
  const low = b.trunci(sum, SPACING);
  const borrow = b.extui(b.trunci(b.shrui(low, b.int(SPACING - 1, SPACING)), 1), sumBits);
  const high = resize(b, b.shrsi(sum, b.int(SPACING, WIDE_BITS)), sumBits);
  return [b.addi(high, borrow), b.extsi(low, sumBits)];
}

/** A signed integer in another width that holds it. */
function resize(b: LoopBuilder, value: Value, width: number): Value {
  if (value.type.kind !== "int" || value.type.width === width) return value;
  return value.type.width < width ? b.extsi(value, width) : b.trunci(value, width);
}
