import { type BitOps, isAllOnes, isZero, sext, zeros, zext } from "./bit-ops.ts";
import { isNaN32, packRounded, unpackF32 } from "./f32-fields.ts";

/**
 * x · 2^k for a signed k of any width up to 32: the exact value, rounded as float32 would (only the largest value
 * below 2^-126 is affected, which becomes 2^-126), then flushed or saturated to infinity.
 */
export function buildScale2<V>(o: BitOps<V>, word: V, k: V): V {
  const x = unpackF32(o, word);
  const wide = Math.max(10, o.width(k)) + 1;
  const exponent = o.add(zext(o, x.exponent, wide), sext(o, k, wide));
  const isHuge = o.slt(o.constant(255n, wide), exponent);
  const isTiny = o.slt(exponent, zeros(o, wide));
  const reachesNormal = o.and(isZero(o, exponent), isAllOnes(o, x.fraction));
  const rounded = o.mux(
    reachesNormal,
    o.constant(1n << 23n, 33),
    o.concat(o.extract(exponent, 0, 10), x.fraction),
  );
  return packRounded(o, rounded, {
    sign: x.sign,
    isZero: o.or(x.isZero, isTiny),
    isInfinite: o.or(x.isSpecial, o.and(isHuge, o.not(x.isZero))),
    isNaN: isNaN32(o, x),
  });
}
