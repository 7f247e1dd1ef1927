/**
 * IEEE 754 binary16, subnormals included: sign, 5 bits of exponent, 10 of fraction. Every binary16 number but the NaNs is
 * a normal float32 or zero, so that operations on it are those on float32, rounded: 24 bits are enough for the sums,
 * products, quotients and roots of 11 bits to be rounded twice without harm.
 */
import {
  type BitOps,
  bit,
  isAllOnes,
  isNonZero,
  isZero,
  normalizeLeft,
  padLow,
  shiftRightSticky,
  zeros,
  zext,
} from "./bit-ops.ts";
import { f32ToBits } from "./f32-bits.ts";
import { canonicalNaN, nearestEven } from "./f32-fields.ts";

const CANONICAL_NAN = 0x7e00;

/** Bias of float32 less that of binary16. */
const REBIAS = 112;

/** Half-way between the largest number and what would come next. */
const OVERFLOW = 65_520;
const MIN_NORMAL = 2 ** -14;
const MIN_SUBNORMAL = 2 ** -24;
const TIES_TO_EVEN = 1.5 * 2 ** 52; // Added and taken away, it leaves an integer.

/** The nearest binary16 number, ties to even. */
export function roundF16(x: number): number {
  const magnitude = Math.abs(x);
  if (!(magnitude < OVERFLOW)) return magnitude >= OVERFLOW ? x * Infinity : x;
  const exponent = magnitude < MIN_NORMAL ? -14 : ((f32ToBits(x) >>> 23) & 255) - 127;
  const unit = exponent === -14 ? MIN_SUBNORMAL : 2 ** (exponent - 10);
  const rounded = (magnitude / unit + TIES_TO_EVEN - TIES_TO_EVEN) * unit;
  return x < 0 || Object.is(x, -0) ? -rounded : rounded;
}

/** The number that a binary16 word (16 bits, signed or not) is. */
export function f16ToF32(word: number): number {
  const [exponent, fraction] = [(word >>> 10) & 31, word & 1023];
  const sign = (word & 0x8000) === 0 ? 1 : -1;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * MIN_SUBNORMAL : (1024 + fraction) * 2 ** (exponent - 25));
}

/** The word (unsigned) of the nearest binary16 number. */
export function f32ToF16(x: number): number {
  const rounded = roundF16(x);
  if (Number.isNaN(rounded)) return CANONICAL_NAN;
  const word = f32ToBits(rounded);
  const [sign, exponent] = [(word >>> 16) & 0x8000, (word >>> 23) & 255];
  if (exponent === 255) return sign | 0x7c00;
  if (exponent <= REBIAS) return sign | (Math.abs(rounded) / MIN_SUBNORMAL);
  return sign | ((exponent - REBIAS) << 10) | ((word >>> 13) & 1023);
}

/** {@link f16ToF32}: a subnormal fraction is shifted until its leading one is gone. */
export function buildFromF16<V>(o: BitOps<V>, word: V): V {
  const [exponent, fraction] = [o.extract(word, 10, 5), o.extract(word, 0, 10)];
  const isTiny = isZero(o, exponent);
  const { value, count } = normalizeLeft(o, fraction);
  const shifted = padLow(o, o.extract(value, 0, 9), 1);
  const scaled = o.mux(
    isTiny,
    o.sub(o.constant(BigInt(REBIAS), 8), zext(o, count, 8)),
    o.add(zext(o, exponent, 8), o.constant(BigInt(REBIAS), 8)),
  );
  const finite = o.concat(scaled, o.mux(isTiny, shifted, fraction), zeros(o, 13));
  const isNothing = o.and(isTiny, isZero(o, fraction));
  const isSpecial = isAllOnes(o, exponent);
  const magnitude = o.mux(isNothing, zeros(o, 31), o.mux(isSpecial, o.constant(0x7f80_0000n, 31), finite));
  const isNotNumber = o.and(isSpecial, isNonZero(o, fraction));
  return o.mux(isNotNumber, canonicalNaN(o), o.concat(bit(o, word, 15), magnitude));
}

/** {@link f32ToF16}: the significand is shifted below the normal range, cut to 11 bits, and rounded into the exponent. */
export function buildToF16<V>(o: BitOps<V>, word: V): V {
  const [exponent, fraction] = [o.extract(word, 23, 8), o.extract(word, 0, 23)];
  const scaled = o.sub(zext(o, exponent, 9), o.constant(BigInt(REBIAS), 9));
  const isBelow = o.or(bit(o, scaled, 8), isZero(o, scaled));
  const distance = o.mux(isBelow, o.sub(o.constant(1n, 9), scaled), zeros(o, 9));
  const significand = o.concat(o.constant(1n, 1), fraction);
  const aligned = shiftRightSticky(o, significand, distance);
  const [kept, rest] = [o.extract(aligned, 13, 11), o.extract(aligned, 0, 12)];
  const increment = nearestEven(o, bit(o, aligned, 13), bit(o, aligned, 12), isNonZero(o, rest));
  const base = o.mux(isBelow, zeros(o, 8), o.sub(o.extract(scaled, 0, 8), o.constant(1n, 8)));
  const sum = o.add(o.add(padLow(o, base, 10), zext(o, kept, 18)), zext(o, increment, 18));
  const isHuge = o.not(o.ult(sum, o.constant(0x7c00n, 18)));
  const isNothing = isZero(o, exponent);
  const magnitude = o.mux(
    isNothing,
    zeros(o, 15),
    o.mux(isHuge, o.constant(0x7c00n, 15), o.extract(sum, 0, 15)),
  );
  const isNotNumber = o.and(isAllOnes(o, exponent), isNonZero(o, fraction));
  return o.mux(isNotNumber, o.constant(BigInt(CANONICAL_NAN), 16), o.concat(bit(o, word, 31), magnitude));
}
