import { type BitOps, highBits, mulFull, padLow, replicate, sext, zeros, zext } from "./bit-ops.ts";
import { bitsToF32, f32ToBits } from "./f32-bits.ts";
import { isNaN32, packRounded, unpackF32 } from "./f32-fields.ts";
import { divide, exp2, LN2, ONE, ratio, roundTo } from "./fixed-point.ts";
import { fitQuadratics } from "./quadratic-table.ts";

/** log2(e) in units of 2^-33 as two halves of 17 bits, which is what a DSP multiplies without a sign. */
const LOG2_E = roundTo(divide(ONE, LN2), 33);
const LOG2_E_HIGH = LOG2_E >> 17n;
const LOG2_E_LOW = LOG2_E & 0x1_ffffn;

/**
 * 2^f for f in [0, 1) with 26 fraction bits: 64 segments of c0 + t·(c1 + c2·t) with 28 fraction bits.
 * The argument was rounded down, so that the function is taken half a unit (2^-27) further.
 */
const table = fitQuadratics(
  Array.from(
    { length: 64 },
    (_, segment) => (t: bigint) => exp2(ratio(BigInt(segment), 64n) + t / 64n + (ONE >> 27n)),
  ),
  28,
  1n,
  1n << 4n,
);

const HIGH = Number(LOG2_E_HIGH);
const LOW = Number(LOG2_E_LOW);
const C0 = Int32Array.from(table.c0, Number);
const C1 = Int32Array.from(table.c1, Number);
const C2 = Int32Array.from(table.c2, Number);

/**
 * e^x = 2^(x · log2 e): the product in fixed point, its floor n becomes the exponent, its fraction a table of
 * quadratics. Multipliers: 24 × 17 twice, 16 × 16, 24 × 20. Above the range +∞, below it +0.
 */
export function buildExp<V>(o: BitOps<V>, word: V): V {
  const x = unpackF32(o, word);
  const scaled = scaledByLog2E(o, o.concat(o.constant(1n, 1), x.fraction));
  const magnitude = o.shr(scaled, o.sub(o.constant(133n, 8), x.exponent));
  const floor = o.xor(magnitude, replicate(o, x.sign, 34)); // −v − 1 for negative x: the floor of −v, or one unit less
  const power = sext(o, o.concat(x.sign, highBits(o, floor, 8)), 10);
  const mantissa = exp2OfFraction(o, o.extract(floor, 0, 26));
  const exponent = o.add(power, o.constant(126n, 10));
  const isBeyond = o.ult(o.constant(133n, 8), x.exponent); // |x| >= 128
  return packRounded(o, o.add(padLow(o, exponent, 23), zext(o, mantissa, 33)), {
    sign: zeros(o, 1),
    isZero: o.and(isBeyond, x.sign),
    isInfinite: o.and(isBeyond, o.not(x.sign)),
    isNaN: isNaN32(o, x),
  });
}

/** m · log2(e) for a 24-bit significand m, in units of 2^-32 of m / 2^23, rounded down (34 bits). */
function scaledByLog2E<V>(o: BitOps<V>, m: V): V {
  const high = mulFull(o, m, o.constant(LOG2_E_HIGH, 17));
  const low = mulFull(o, m, o.constant(LOG2_E_LOW, 17));
  return o.extract(o.add(high, zext(o, highBits(o, low, 24), 41)), 7, 34);
}

/** 2^f in units of 2^-23 (25 bits) for 26 fraction bits. */
function exp2OfFraction<V>(o: BitOps<V>, f: V): V {
  const segment = highBits(o, f, 6);
  const t = o.extract(f, 0, 20);
  const bend = o.extract(mulFull(o, o.table(table.c2, 16, segment), highBits(o, t, 16)), 16, 16);
  const slope = o.add(o.table(table.c1, 24, segment), zext(o, bend, 24));
  const rise = o.extract(mulFull(o, slope, t), 20, 24);
  return o.extract(o.add(o.table(table.c0, 30, segment), zext(o, rise, 30)), 5, 25);
}

const UNIT = 2 ** 26;
/** 2^-(133 − exponent) for every biased exponent up to 133. */
const SHIFT = Float64Array.from({ length: 134 }, (_, exponent) => 2 ** (exponent - 133));

/** As {@link buildExp}, on a float32 value. */
export function expF32(x: number): number {
  if (Number.isNaN(x)) return NaN;
  const word = f32ToBits(x);
  const exponent = (word >>> 23) & 255;
  if (exponent > 133) return x > 0 ? Infinity : 0;
  const m = (word & 0x7f_ffff) | 0x80_0000;
  const scaled = Math.floor((m * HIGH + Math.floor((m * LOW) / 0x2_0000)) / 128);
  const magnitude = Math.floor(scaled * (SHIFT[exponent] ?? 0));
  const floor = word >>> 31 === 1 ? -magnitude - 1 : magnitude;
  const power = Math.floor(floor / UNIT);
  if (power > 127) return Infinity;
  if (power < -127) return 0;
  const result = ((power + 126) << 23) + exp2OfInteger(floor - power * UNIT);
  return result < 0x80_0000 ? 0 : bitsToF32(result);
}

function exp2OfInteger(f: number): number {
  const segment = f >>> 20;
  const t = f & 0xf_ffff;
  const slope = (C1[segment] ?? 0) + (Math.imul(C2[segment] ?? 0, t >>> 4) >>> 16);
  return ((C0[segment] ?? 0) + Math.floor((slope * t) / 0x10_0000)) >> 5;
}
