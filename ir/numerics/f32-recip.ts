import { type BitOps, padLow, zext } from "./bit-ops.ts";
import { buildDecreasing, decreasingQuadratic, evaluateDecreasing } from "./decreasing-quadratic.ts";
import { bitsToF32, f32ToBits } from "./f32-bits.ts";
import { isNaN32, packRounded, unpackF32 } from "./f32-fields.ts";
import { divide, ONE, ratio } from "./fixed-point.ts";

/** 2 / m for a significand m in [1, 2): 128 segments by the highest 7 fraction bits. */
const twoOverM = decreasingQuadratic(
  Array.from(
    { length: 128 },
    (_, segment) => (t: bigint) => divide(2n * ONE, ONE + ratio(BigInt(segment), 128n) + t / 128n),
  ),
);

/** 1 / x: (2 / m) · 2^(−e − 1), with 2 / m from a table of quadratics. */
export function buildRecip<V>(o: BitOps<V>, word: V): V {
  const x = unpackF32(o, word);
  const quotient = buildDecreasing(o, twoOverM, o.extract(word, 16, 7), o.extract(word, 0, 16));
  const exponent = o.sub(o.constant(252n, 10), zext(o, x.exponent, 10));
  return packRounded(o, o.add(padLow(o, exponent, 23), zext(o, quotient, 33)), {
    sign: x.sign,
    isZero: x.isSpecial,
    isInfinite: x.isZero,
    isNaN: isNaN32(o, x),
  });
}

/** As {@link buildRecip}, on a float32 value. */
export function recipF32(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const word = f32ToBits(x);
  const exponent = (word >>> 23) & 255;
  if (exponent === 0) return word >>> 31 === 1 ? -Infinity : Infinity;
  const magnitude =
    ((252 - exponent) << 23) + evaluateDecreasing(twoOverM, (word >>> 16) & 127, word & 0xffff);
  const isTiny = magnitude < 0x80_0000 || exponent === 255;
  return bitsToF32(isTiny ? word & 0x8000_0000 : magnitude | (word & 0x8000_0000));
}
