import type { LoopBuilder, Value } from "../../../ir/index.ts";
import { signedTo } from "../nest.ts";
import { type PairedProducts, UPPER_BITS } from "../paired-products.ts";

/** Bits of a sum of products of pairs, at least: of a DSP block's accumulator. */
const WIDE_BITS = 48;

/**
 * Exact sums of products of two vectors `a`, `b` with a third one, `c` (the weights of two channels with the same activations, or the
 * activations of two rows with the same weights), two products a multiplication:
 * (a·2^s + b)·c = (a·c)·2^s + b·c, with a spacing `s` for which the pair fits one operand of a DSP block. Sums of up to `most` are added as they
 * are; the lower sum is the signed value of the low bits, and where it is negative it has borrowed one from the upper sum.
 */
export function packedDots(
  b: LoopBuilder,
  shared: readonly Value[],
  [upper, lower]: readonly [readonly Value[], readonly Value[]],
  { of, spacing, most, sumBits }: PairedProducts & { readonly sumBits: number },
): readonly [Value, Value] {
  const pairBits = spacing + UPPER_BITS[of];
  const sums: [Value, Value][] = [];
  for (let from = 0; from < shared.length; from += most) {
    const products = shared.slice(from, from + most).flatMap((factor, lane) => {
      const [high, low] = [upper[from + lane], lower[from + lane]];
      if (high === undefined || low === undefined) return [];
      const shifted = b.shli(signedTo(b, high, pairBits), b.int(spacing, pairBits));
      const pair = b.addi(shifted, signedTo(b, low, pairBits));
      return [b.muli(b.extsi(pair, WIDE_BITS), signedTo(b, factor, WIDE_BITS))];
    });
    sums.push(
      takeApart(
        b,
        products.reduce((sum, product) => b.addi(sum, product)),
        { spacing, sumBits },
      ),
    );
  }
  return sums.reduce(([high, low], [nextHigh, nextLow]) => [b.addi(high, nextHigh), b.addi(low, nextLow)]);
}

function takeApart(
  b: LoopBuilder,
  sum: Value,
  { spacing, sumBits }: { readonly spacing: number; readonly sumBits: number },
): [Value, Value] {
  const low = b.trunci(sum, spacing);
  const borrow = b.extui(b.trunci(b.shrui(low, b.int(spacing - 1, spacing)), 1), sumBits);
  const high = signedTo(b, b.shrsi(sum, b.int(spacing, WIDE_BITS)), sumBits);
  return [b.addi(high, borrow), b.extsi(low, sumBits)];
}
