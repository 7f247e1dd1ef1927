import { type BitOps, bit, padLow, zeros, zext } from "./bit-ops.ts";
import { buildDecreasing, decreasingQuadratic, evaluateDecreasing } from "./decreasing-quadratic.ts";
import { bitsToF32, f32ToBits } from "./f32-bits.ts";
import { canonicalNaN, isNaN32, unpackF32 } from "./f32-fields.ts";
import { divide, ONE, ratio, squareRoot } from "./fixed-point.ts";

/** 2 / √M for M in [1, 4): 128 segments of [1, 2), then 128 of [2, 4). */
const twoOverRoot = decreasingQuadratic(
  Array.from({ length: 256 }, (_, segment) => (t: bigint) => {
    const m = ONE + ratio(BigInt(segment % 128), 128n) + t / 128n;
    return divide(2n * ONE, squareRoot(segment < 128 ? m : 2n * m));
  }),
);

/**
 * 1 / √x: with x = M · 2^(2k) and M in [1, 4), (2 / √M) · 2^(−k − 1).
 * ±0 gives ±∞, other negative numbers NaN, +∞ gives +0.
 */
export function buildRsqrt<V>(o: BitOps<V>, word: V): V {
  const x = unpackF32(o, word);
  const isOddPower = o.not(bit(o, x.exponent, 0));
  const segment = o.concat(isOddPower, o.extract(word, 16, 7));
  const value = buildDecreasing(o, twoOverRoot, segment, o.extract(word, 0, 16));
  const halved = o.extract(o.add(zext(o, x.exponent, 9), o.constant(1n, 9)), 1, 8);
  const exponent = o.sub(o.constant(189n, 8), halved);
  const normal = o.add(padLow(o, exponent, 23), zext(o, value, 31));
  const unlessInfinity = o.mux(x.isSpecial, zeros(o, 31), normal);
  const magnitude = o.mux(x.isZero, o.constant(0x7f80_0000n, 31), unlessInfinity);
  const isInvalid = o.or(isNaN32(o, x), o.and(x.sign, o.not(x.isZero)));
  return o.mux(isInvalid, canonicalNaN(o), o.concat(x.sign, magnitude));
}

/** As {@link buildRsqrt}, on a float32 value. */
export function rsqrtF32(x: number): number {
  const word = f32ToBits(x);
  const exponent = (word >>> 23) & 255;
  if (exponent === 0) return word >>> 31 === 1 ? -Infinity : Infinity;
  if (!(x > 0)) return NaN;
  if (exponent === 255) return 0;
  const segment = ((~exponent & 1) << 7) | ((word >>> 16) & 127);
  return bitsToF32(
    ((189 - ((exponent + 1) >> 1)) << 23) + evaluateDecreasing(twoOverRoot, segment, word & 0xffff),
  );
}
