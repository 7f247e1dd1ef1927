import { type BitOps, bit, isNonZero, isZero, mulFull, zext } from "./bit-ops.ts";
import { isNaN32, nearestEven, packF32, unpackF32 } from "./f32-fields.ts";

/**
 * a · b: one 24 × 24 product, one normalizing step.
 *
 * A product in [2^-127, 2^-126) has biased exponent 0 here. Float32 rounds it on the subnormal grid, twice as coarse
 * as the 24 bits kept: it reaches 2^-126 exactly when those 24 bits are all ones, and is flushed otherwise. Rounding
 * up whenever the exponent is 0 says just that.
 */
export function buildMul<V>(o: BitOps<V>, a: V, b: V): V {
  const x = unpackF32(o, a);
  const y = unpackF32(o, b);
  const one = o.constant(1n, 1);
  const product = mulFull(o, o.concat(one, x.fraction), o.concat(one, y.fraction));
  const isAboveTwo = bit(o, product, 47);
  const kept = o.mux(isAboveTwo, o.extract(product, 1, 46), o.extract(product, 0, 46));
  const sticky = o.or(isNonZero(o, o.extract(kept, 0, 22)), o.and(isAboveTwo, bit(o, product, 0)));
  const biased = o.sub(o.add(zext(o, x.exponent, 10), zext(o, y.exponent, 10)), o.constant(127n, 10));
  const exponent = o.add(biased, zext(o, isAboveTwo, 10));
  const isAnyZero = o.or(x.isZero, y.isZero);
  const isAnySpecial = o.or(x.isSpecial, y.isSpecial);
  const isAnyNaN = o.or(isNaN32(o, x), isNaN32(o, y));
  return packF32(o, {
    sign: o.xor(x.sign, y.sign),
    exponent,
    fraction: o.extract(kept, 23, 23),
    increment: o.or(nearestEven(o, bit(o, kept, 23), bit(o, kept, 22), sticky), isZero(o, exponent)),
    isZero: isAnyZero,
    isInfinite: isAnySpecial,
    isNaN: o.or(isAnyNaN, o.and(isAnySpecial, isAnyZero)),
  });
}
