import {
  addOrSubtract,
  type BitOps,
  bit,
  highBits,
  isAllOnes,
  isNonZero,
  isZero,
  normalizeLeft,
  ones,
  padLow,
  shiftRightSticky,
  zeros,
  zext,
} from "./bit-ops.ts";
import { type F32Fields, nearestEven, significand, unpackF32 } from "./f32-fields.ts";

/**
 * a + b. The operands are ordered by magnitude, so that only the larger one decides specials and the difference is
 * never negative. Two paths run side by side from there: where at most one leading bit cancels the small operand is
 * aligned, added and rounded; where more do the exponents differ by at most one, the difference is exact, and it is
 * only to be shifted left.
 */
export function buildAdd<V>(o: BitOps<V>, a: V, b: V): V {
  const [magnitudeA, magnitudeB] = [o.extract(a, 0, 31), o.extract(b, 0, 31)];
  const swap = o.ult(magnitudeA, magnitudeB);
  const large = unpackF32(o, o.mux(swap, b, a));
  const small = unpackF32(o, o.mux(swap, a, b));
  const subtract = o.xor(bit(o, a, 31), bit(o, b, 31));
  const far = farSum(o, large, small, { subtract, distance: exponentDistance(o, a, b, swap) });
  const close = closeDifference(o, large, small);
  const isSumZero = o.or(large.isZero, o.and(subtract, o.eq(magnitudeA, magnitudeB)));
  const isNotNumber = o.and(
    large.isSpecial,
    o.or(isNonZero(o, large.fraction), o.and(subtract, small.isSpecial)),
  );
  const isInfinite = o.or(large.isSpecial, o.and(far.isHuge, o.not(isSumZero)));
  const isFlushed = o.or(isSumZero, o.mux(far.isCancelled, close.isTiny, far.isTiny));
  const finite = o.mux(isFlushed, zeros(o, 31), o.mux(far.isCancelled, close.magnitude, far.magnitude));
  const special = o.concat(ones(o, 8), isNotNumber, zeros(o, 22)); // The highest fraction bit tells NaN from infinity.
  const sign = o.mux(isSumZero, o.and(large.sign, small.sign), large.sign);
  return o.concat(o.and(sign, o.not(isNotNumber)), o.mux(isInfinite, special, finite));
}

interface FarSum<V> {
  readonly magnitude: V;
  /** More than one leading bit cancelled: the other path has the result. */
  readonly isCancelled: V;
  readonly isTiny: V;
  readonly isHuge: V;
}

/** Aligned with three bits below the last place (guard, round, sticky), added, and rounded where its leading one stands. */
function farSum<V>(
  o: BitOps<V>,
  large: F32Fields<V>,
  small: F32Fields<V>,
  { subtract, distance }: { readonly subtract: V; readonly distance: V },
): FarSum<V> {
  const aligned = shiftRightSticky(o, padLow(o, significand(o, small), 3), distance);
  const left = zext(o, padLow(o, significand(o, large), 3), 28);
  const sum = addOrSubtract(o, left, zext(o, aligned, 28), subtract);
  const exponent = zext(o, large.exponent, 9);
  const rounded = roundAt(o, sum, {
    above: o.add(exponent, o.constant(1n, 9)),
    same: exponent,
    below: o.sub(exponent, o.constant(1n, 9)),
  });
  const roundedExponent = o.extract(rounded, 23, 9);
  const isHuge = o.or(bit(o, rounded, 31), isAllOnes(o, o.extract(rounded, 23, 8)));
  const isCancelled = isZero(o, highBits(o, sum, 3));
  return {
    magnitude: o.extract(rounded, 0, 31),
    isCancelled,
    isTiny: isZero(o, roundedExponent),
    isHuge: o.and(isHuge, o.not(isCancelled)),
  };
}

/** Exponent above fraction (32 bits), to nearest even, for a sum of 28 bits with its leading one at bit 27, 26 or 25. */
function roundAt<V>(
  o: BitOps<V>,
  sum: V,
  exponents: { readonly above: V; readonly same: V; readonly below: V },
): V {
  const [top, next] = [bit(o, sum, 27), bit(o, sum, 26)];
  const select = (above: V, same: V, below: V): V => o.mux(top, above, o.mux(next, same, below));
  const kept = select(o.extract(sum, 4, 23), o.extract(sum, 3, 23), o.extract(sum, 2, 23));
  const exponent = select(exponents.above, exponents.same, exponents.below);
  const roundUp = (low: number): V =>
    nearestEven(o, bit(o, sum, low), bit(o, sum, low - 1), isNonZero(o, o.extract(sum, 0, low - 1)));
  const increment = select(roundUp(4), roundUp(3), roundUp(2));
  return o.add(o.concat(exponent, kept), zext(o, increment, 32));
}

/** |large| − |small| for exponents that differ by at most one, exact when two or more leading bits cancel. */
function closeDifference<V>(
  o: BitOps<V>,
  large: F32Fields<V>,
  small: F32Fields<V>,
): { readonly magnitude: V; readonly isTiny: V } {
  const one = o.constant(1n, 1);
  const isOneApart = o.xor(bit(o, large.exponent, 0), bit(o, small.exponent, 0));
  const left = o.concat(one, large.fraction);
  const right = o.concat(one, small.fraction);
  const shifted = o.mux(isOneApart, zext(o, right, 25), padLow(o, right, 1));
  const { value, count } = normalizeLeft(o, o.sub(padLow(o, left, 1), shifted));
  const exponent = o.sub(zext(o, large.exponent, 9), zext(o, count, 9));
  return {
    magnitude: o.concat(o.extract(exponent, 0, 8), o.extract(value, 1, 23)),
    isTiny: o.or(bit(o, exponent, 8), isZero(o, o.extract(exponent, 0, 8))),
  };
}

/** The larger exponent minus the smaller one; both differences are made while the order is being found. */
function exponentDistance<V>(o: BitOps<V>, a: V, b: V, swap: V): V {
  const [x, y] = [o.extract(a, 23, 8), o.extract(b, 23, 8)];
  return o.mux(swap, o.sub(y, x), o.sub(x, y));
}

/** a − b = a + (−b). */
export function buildSub<V>(o: BitOps<V>, a: V, b: V): V {
  return buildAdd(o, a, o.concat(o.not(bit(o, b, 31)), o.extract(b, 0, 31)));
}
