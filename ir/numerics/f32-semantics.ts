/**
 * The float primitives on JavaScript numbers that are exactly float32: what interpreters run in their inner loops.
 * Subnormal operands read as the zero of their sign, and results that round to a subnormal become it; the sign of a
 * NaN is not observable here, `f32ToBits` writes the canonical one.
 */
import { f32ToBits } from "./f32-bits.ts";

const MIN_NORMAL = 2 ** -126;

/** A subnormal becomes the zero of its sign; every other value is unchanged. */
export function flushF32(x: number): number {
  return x < MIN_NORMAL && x > -MIN_NORMAL ? x * 0 : x;
}

/** a + b, to nearest even. (Rounding to double first is harmless: 53 >= 2 · 24 + 2.) */
export function addF32(a: number, b: number): number {
  return flushF32(Math.fround(flushF32(a) + flushF32(b)));
}

/** a − b, to nearest even. */
export function subF32(a: number, b: number): number {
  return flushF32(Math.fround(flushF32(a) - flushF32(b)));
}

/** a · b, to nearest even; the product is exact in double. */
export function mulF32(a: number, b: number): number {
  return flushF32(Math.fround(flushF32(a) * flushF32(b)));
}

/** a / b, to nearest even. (Rounding to double first is harmless: a quotient is no closer than 2^-49 to a tie that it does not hit.) */
export function divF32(a: number, b: number): number {
  return flushF32(Math.fround(flushF32(a) / flushF32(b)));
}

/** √x, to nearest even; −0 stays, other negative numbers give NaN. (Rounding to double first is harmless: 53 >= 2 · 24 + 2.) */
export function sqrtF32(x: number): number {
  return Math.fround(Math.sqrt(flushF32(x)));
}

/** −x; subnormals stay. */
export function negF32(x: number): number {
  return -x;
}

/** |x|; subnormals stay. */
export function absF32(x: number): number {
  return Math.abs(x);
}

/** IEEE 754-2019 maximum: NaN if either is, +0 above −0. */
export function maxF32(a: number, b: number): number {
  return Math.max(flushF32(a), flushF32(b));
}

/** a < b as 0 or 1; NaN compares false, zeros are equal. */
export function ltF32(a: number, b: number): number {
  return flushF32(a) < flushF32(b) ? 1 : 0;
}

/** a <= b as 0 or 1. */
export function leF32(a: number, b: number): number {
  return flushF32(a) <= flushF32(b) ? 1 : 0;
}

/** a = b as 0 or 1. */
export function eqF32(a: number, b: number): number {
  return flushF32(a) === flushF32(b) ? 1 : 0;
}

/** a > b as 0 or 1. */
export function gtF32(a: number, b: number): number {
  return flushF32(a) > flushF32(b) ? 1 : 0;
}

/** a >= b as 0 or 1. */
export function geF32(a: number, b: number): number {
  return flushF32(a) >= flushF32(b) ? 1 : 0;
}

/** A signed integer of at most 53 bits as a float32, to nearest even. */
export function signedToF32(x: number): number {
  return Math.fround(x);
}

const ROUNDING_SHIFT = 1.5 * 2 ** 52; // Added and taken away, it leaves an integer, ties to even.

/** A float32 as a signed integer of `width` <= 32 bits: ties to even, saturating, NaN to 0. */
export function f32ToSigned(x: number, width: number): number {
  if (Number.isNaN(x)) return 0;
  const limit = 2 ** (width - 1);
  return Math.min(Math.max(x, -limit), limit - 1) + ROUNDING_SHIFT - ROUNDING_SHIFT;
}

/** The largest |k| that makes a difference to {@link scale2F32}. */
const MAX_SCALE = 400;
const POWERS = powersOfTwo();

/** x · 2^k for an integer k: exact unless it overflows or is flushed. */
export function scale2F32(x: number, k: number): number {
  const bounded = Math.min(Math.max(k, -MAX_SCALE), MAX_SCALE);
  return flushF32(Math.fround(flushF32(x) * (POWERS[bounded + MAX_SCALE] ?? 0)));
}

/** The unbiased exponent: −127 for zeros and subnormals, 128 for infinities and NaN. */
export function exponentF32(x: number): number {
  return ((f32ToBits(x) >>> 23) & 255) - 127;
}

function powersOfTwo(): Float64Array {
  const powers = new Float64Array(2 * MAX_SCALE + 1);
  powers[MAX_SCALE] = 1;
  for (let k = 1; k <= MAX_SCALE; k++) {
    powers[MAX_SCALE + k] = (powers[MAX_SCALE + k - 1] ?? 0) * 2;
    powers[MAX_SCALE - k] = (powers[MAX_SCALE - k + 1] ?? 0) / 2;
  }
  return powers;
}
