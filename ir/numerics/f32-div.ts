import { type BitOps, bit, isNonZero, isZero, padLow, zext } from "./bit-ops.ts";
import { isNaN32, nearestEven, packF32, unpackF32 } from "./f32-fields.ts";

/** Quotient bits: the leading one, the fraction, the guard. */
const QUOTIENT_BITS = 25;

/**
 * a / b: restoring division of the significands, one quotient bit per step, after the dividend was brought to [1, 2)
 * times the divisor.
 *
 * A quotient in [2^-127, 2^-126) has biased exponent 0 here, and is rounded as a product is: see {@link buildMul} in f32-mul.ts.
 */
export function buildDiv<V>(o: BitOps<V>, a: V, b: V): V {
  const x = unpackF32(o, a);
  const y = unpackF32(o, b);
  const one = o.constant(1n, 1);
  const isBelow = o.ult(x.fraction, y.fraction);
  const divisor = zext(o, o.concat(one, y.fraction), 26);
  const dividend = o.concat(o.constant(1n, 2), x.fraction);
  const { quotient, remainder } = divide(
    o,
    o.mux(isBelow, padLow(o, dividend, 1), zext(o, dividend, 26)),
    divisor,
  );
  const biased = o.add(o.sub(zext(o, x.exponent, 10), zext(o, y.exponent, 10)), o.constant(127n, 10));
  const exponent = o.sub(biased, zext(o, isBelow, 10));
  const fraction = o.extract(quotient, 1, 23);
  const isInvalid = o.or(
    o.or(isNaN32(o, x), isNaN32(o, y)),
    o.or(o.and(x.isZero, y.isZero), o.and(x.isSpecial, y.isSpecial)),
  );
  const increment = nearestEven(o, bit(o, quotient, 1), bit(o, quotient, 0), isNonZero(o, remainder));
  return packF32(o, {
    sign: o.xor(x.sign, y.sign),
    exponent,
    fraction,
    increment: o.or(increment, isZero(o, exponent)),
    isZero: o.or(x.isZero, y.isSpecial),
    isInfinite: o.or(x.isSpecial, y.isZero),
    isNaN: isInvalid,
  });
}

/** Both of 26 bits, divisor <= dividend < 2 · divisor. */
function divide<V>(o: BitOps<V>, dividend: V, divisor: V): { readonly quotient: V; readonly remainder: V } {
  const bits: V[] = [];
  let rest = dividend;
  for (let step = 0; step < QUOTIENT_BITS; step++) {
    const less = o.sub(rest, divisor);
    const fits = o.not(bit(o, less, 25)); // rest < 2 · divisor < 2^25
    bits.push(fits);
    const kept = o.mux(fits, less, rest);
    rest = padLow(o, o.extract(kept, 0, 25), 1);
  }
  return { quotient: o.concat(...bits), remainder: rest };
}
