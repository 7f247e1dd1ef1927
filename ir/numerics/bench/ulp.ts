import { bitsToF32, f32ToBits } from "../f32-bits.ts";
import { expF32 } from "../f32-exp.ts";
import { recipF32 } from "../f32-recip.ts";
import { rsqrtF32 } from "../f32-rsqrt.ts";

/** The error of a function over a set of inputs. */
export interface UlpReport {
  readonly inputs: number;
  readonly maxUlp: number;
  readonly worstInput: number;
  /** Share of results that are the correctly rounded ones, 0 to 1. */
  readonly correctlyRounded: number;
  /** Neighbouring inputs whose results are in the wrong order. */
  readonly monotonicityBreaks: number;
}

/** The words first, first + step, … below end; end − first is at most 2^31. */
export interface WordRange {
  readonly first: number;
  readonly end: number;
  readonly step: number;
}

interface Measured {
  readonly approximate: (x: number) => number;
  /** In double: its own error is below 2^-52 of the result, 2^-28 ulp here. */
  readonly exact: (x: number) => number;
}

/** A function with its exact counterpart. */
export const MEASURED: Readonly<Record<"recip" | "rsqrt" | "exp", Measured>> = {
  recip: { approximate: recipF32, exact: (x) => 1 / x },
  rsqrt: { approximate: rsqrtF32, exact: (x) => 1 / Math.sqrt(x) },
  exp: { approximate: expF32, exact: Math.exp },
};

/** Measures over ranges; exact results that are flushed or infinite are skipped (the tests cover them). */
export function measureUlp({ approximate, exact }: Measured, ranges: readonly WordRange[]): UlpReport {
  let [inputs, maxUlp, worstInput, correct, breaks] = [0, 0, 0, 0, 0];
  for (const { first, end, step } of ranges) {
    let [previous, direction] = [NaN, 0];
    for (let word = first; word < end; word += step) {
      const x = bitsToF32(word);
      const wanted = exact(x);
      if (!isNormalResult(wanted)) continue;
      const got = approximate(x);
      const error = Math.abs(got - wanted) / ulpOf(wanted);
      inputs++;
      if (got === Math.fround(wanted)) correct++;
      if (error > maxUlp) [maxUlp, worstInput] = [error, x];
      const change = Math.sign(got - previous);
      if (change * direction < 0) breaks++;
      else if (change !== 0 && !Number.isNaN(change)) direction = change;
      previous = got;
    }
  }
  return { inputs, maxUlp, worstInput, correctlyRounded: correct / inputs, monotonicityBreaks: breaks };
}

/** The inputs that decide everything, thinned out by `step` (1: all of them); see docs/numerics.md. */
export function decisiveRanges(
  step: number,
): Readonly<Record<"recip" | "rsqrt" | "exp", readonly WordRange[]>> {
  const range = (low: number, high: number): WordRange => ({
    first: f32ToBits(low),
    end: f32ToBits(high),
    step,
  });
  return {
    recip: [range(1, 2)],
    rsqrt: [range(1, 4)],
    exp: [range(2 ** -27, 89), range(-(2 ** -27), -88)],
  };
}

function isNormalResult(exact: number): boolean {
  const magnitude = Math.abs(exact);
  return magnitude >= 2 ** -126 && magnitude < 2 ** 128 - 2 ** 103;
}

/** The spacing of float32 in the binade of a normal value. */
function ulpOf(value: number): number {
  return bitsToF32(f32ToBits(truncateToF32(value)) & 0x7f80_0000) * 2 ** -23;
}

/** Towards zero, so that the binade is right just below a power of two. */
function truncateToF32(value: number): number {
  const near = Math.fround(value);
  return Math.abs(near) > Math.abs(value) ? bitsToF32(f32ToBits(near) - 1) : near;
}
