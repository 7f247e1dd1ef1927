import { type BitOps, bit, mulFull, padLow, zeros, zext } from "./bit-ops.ts";
import { isNaN32, packF32, unpackF32 } from "./f32-fields.ts";

/**
 * a · b of two float32 words whose fractions have at most 11 bits, the others being 0: one small product, one normalizing
 * step, no rounding. A product below 2^-126 has too few bits to round up to it.
 */
export function buildShortProduct<V>(o: BitOps<V>, fractionBits: number, a: V, b: V): V {
  const [x, y] = [unpackF32(o, a), unpackF32(o, b)] as const;
  const significandOf = (fraction: V): V =>
    o.concat(o.constant(1n, 1), o.extract(fraction, 23 - fractionBits, fractionBits));
  const product = mulFull(o, significandOf(x.fraction), significandOf(y.fraction));
  const width = o.width(product);
  const isAboveTwo = bit(o, product, width - 1);
  const fraction = o.mux(
    isAboveTwo,
    o.extract(product, 0, width - 1),
    padLow(o, o.extract(product, 0, width - 2), 1),
  );
  const biased = o.sub(o.add(zext(o, x.exponent, 10), zext(o, y.exponent, 10)), o.constant(127n, 10));
  const isAnyZero = o.or(x.isZero, y.isZero);
  const isAnySpecial = o.or(x.isSpecial, y.isSpecial);
  return packF32(o, {
    sign: o.xor(x.sign, y.sign),
    exponent: o.add(biased, zext(o, isAboveTwo, 10)),
    fraction: padLow(o, fraction, 23 - o.width(fraction)),
    increment: zeros(o, 1),
    isZero: isAnyZero,
    isInfinite: isAnySpecial,
    isNaN: o.or(o.or(isNaN32(o, x), isNaN32(o, y)), o.and(isAnySpecial, isAnyZero)),
  });
}
