import {
  type BitOps,
  bit,
  highBits,
  isNonZero,
  normalizeLeft,
  padLow,
  replicate,
  shiftRightSticky,
  zeros,
  zext,
} from "./bit-ops.ts";
import { isNaN32, nearestEven, significand, unpackF32 } from "./f32-fields.ts";

/** A signed integer of 2 to 100 bits to float32, to nearest even. */
export function buildFromSigned<V>(o: BitOps<V>, x: V): V {
  const width = o.width(x);
  const sign = bit(o, x, width - 1);
  const magnitude = o.mux(sign, o.sub(zeros(o, width), x), x);
  const normalized = normalizeLeft(o, magnitude);
  const value = padLow(o, normalized.value, Math.max(0, 24 - width));
  const exponent = o.sub(o.constant(BigInt(127 + width - 1), 8), zext(o, normalized.count, 8));
  const exact = o.concat(exponent, o.extract(value, o.width(value) - 24, 23));
  const rounded = o.width(value) === 24 ? exact : o.add(exact, zext(o, roundingOf(o, value), 31));
  return o.concat(sign, o.mux(highBits(o, value, 1), rounded, zeros(o, 31)));
}

/** The rounding increment of a normalized vector of which the highest 24 bits are kept. */
function roundingOf<V>(o: BitOps<V>, normalized: V): V {
  const dropped = o.width(normalized) - 24;
  const sticky = dropped === 1 ? zeros(o, 1) : isNonZero(o, o.extract(normalized, 0, dropped - 1));
  return nearestEven(o, bit(o, normalized, dropped), bit(o, normalized, dropped - 1), sticky);
}

/** Float32 to a signed integer of 2 to 32 bits: ties to even, saturating, NaN to 0. */
export function buildToSigned<V>(o: BitOps<V>, word: V, width: number): V {
  const x = unpackF32(o, word);
  const largest = BigInt(127 + width - 2); // The biased exponent at which width - 1 integer bits are used.
  const start = padLow(o, significand(o, x), Math.max(0, width + 1 - 24));
  const shifted = shiftRightSticky(o, start, o.sub(o.constant(largest, 8), x.exponent));
  const dropped = o.width(start) - (width - 1);
  const sticky = isNonZero(o, o.extract(shifted, 0, dropped - 1));
  const increment = nearestEven(o, bit(o, shifted, dropped), bit(o, shifted, dropped - 1), sticky);
  const magnitude = o.add(zext(o, highBits(o, shifted, width - 1), width), zext(o, increment, width));
  const isBeyond = o.ult(o.constant(largest, 8), x.exponent);
  const isSaturated = o.or(isBeyond, bit(o, magnitude, width - 1));
  const limit = o.concat(x.sign, replicate(o, o.not(x.sign), width - 1));
  const signed = o.mux(x.sign, o.sub(zeros(o, width), magnitude), magnitude);
  return o.mux(isNaN32(o, x), zeros(o, width), o.mux(isSaturated, limit, signed));
}

/** The unbiased exponent as i32: −127 for zeros and subnormals, 128 for infinities and NaN. */
export function buildExponent<V>(o: BitOps<V>, word: V): V {
  return o.sub(zext(o, o.extract(word, 23, 8), 32), o.constant(127n, 32));
}
