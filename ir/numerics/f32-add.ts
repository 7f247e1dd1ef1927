import {
  addOrSubtract,
  type BitOps,
  bit,
  isNonZero,
  normalizeLeft,
  padLow,
  shiftRightSticky,
  zext,
} from "./bit-ops.ts";
import { nearestEven, packF32, significand, unpackF32 } from "./f32-fields.ts";

/**
 * a + b: single-path adder. The operands are ordered by magnitude, so that only the larger one decides specials,
 * the difference is never negative, and rounding is needed only where at most one leading bit cancels.
 */
export function buildAdd<V>(o: BitOps<V>, a: V, b: V): V {
  const swap = o.ult(o.extract(a, 0, 31), o.extract(b, 0, 31));
  const large = unpackF32(o, o.mux(swap, b, a));
  const small = unpackF32(o, o.mux(swap, a, b));
  const subtract = o.xor(large.sign, small.sign);
  const distance = exponentDistance(o, a, b, swap);
  const aligned = shiftRightSticky(o, padLow(o, significand(o, small), 3), distance);
  const sum = addOrSubtract(
    o,
    zext(o, padLow(o, significand(o, large), 3), 28),
    zext(o, aligned, 28),
    subtract,
  );
  const { value, count } = normalizeLeft(o, sum);
  const isZero = o.not(bit(o, value, 27));
  const exponent = o.add(zext(o, large.exponent, 10), o.constant(1n, 10));
  const isInvalid = o.and(
    large.isSpecial,
    o.or(isNonZero(o, large.fraction), o.and(subtract, small.isSpecial)),
  );
  return packF32(o, {
    sign: o.mux(isZero, o.and(large.sign, small.sign), large.sign),
    exponent: o.sub(exponent, zext(o, count, 10)),
    fraction: o.extract(value, 4, 23),
    increment: nearestEven(o, bit(o, value, 4), bit(o, value, 3), isNonZero(o, o.extract(value, 0, 3))),
    isZero,
    isInfinite: large.isSpecial,
    isNaN: isInvalid,
  });
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
