import { type BitOps, bit, isNonZero, padLow, zeros, zext } from "./bit-ops.ts";
import { canonicalNaN, isNaN32, nearestEven, unpackF32 } from "./f32-fields.ts";

/** Root bits: the leading one, the fraction, the guard. */
const ROOT_BITS = 25;

/**
 * √x: restoring square root, one bit per step. With x = M · 2^(2k) and M in [1, 4) the root of M is in [1, 2), so
 * that it needs no normalizing; M is below 4 by at least 2^-22, so that rounding up cannot carry to 2. No exact result
 * lies half-way between two floats, and none is subnormal. ±0 stays, other negative numbers give NaN.
 */
export function buildSqrt<V>(o: BitOps<V>, word: V): V {
  const x = unpackF32(o, word);
  const significand = o.concat(o.constant(1n, 1), x.fraction);
  const isOddPower = o.not(bit(o, x.exponent, 0));
  const radicand = o.mux(isOddPower, padLow(o, significand, 1), zext(o, significand, 25));
  const { root, remainder } = squareRoot(o, padLow(o, radicand, 2 * ROOT_BITS - 25));
  const exponent = o.extract(o.add(zext(o, x.exponent, 9), o.constant(127n, 9)), 1, 8);
  const increment = nearestEven(o, bit(o, root, 1), bit(o, root, 0), isNonZero(o, remainder));
  const kept = o.concat(exponent, o.extract(root, 1, 23));
  const normal = o.add(kept, zext(o, increment, 31));
  const special = o.mux(x.isSpecial, o.constant(0x7f80_0000n, 31), normal);
  const magnitude = o.mux(x.isZero, zeros(o, 31), special);
  const isInvalid = o.or(isNaN32(o, x), o.and(x.sign, o.not(x.isZero)));
  return o.mux(isInvalid, canonicalNaN(o), o.concat(x.sign, magnitude));
}

/** The integer root of a vector of an even width whose two highest bits are not both 0, and what its square leaves. */
function squareRoot<V>(o: BitOps<V>, radicand: V): { readonly root: V; readonly remainder: V } {
  const steps = o.width(radicand) / 2;
  const pair = (step: number): V => o.extract(radicand, 2 * (steps - step), 2);
  let root = o.constant(1n, 1);
  let rest = o.sub(pair(1), o.constant(1n, 2)); // always at most 2 · root, of `step` + 1 bits
  for (let step = 2; step <= steps; step++) {
    const width = step + 2; // rest < 8 · root + 4 and |rest − trial| <= 4 · root + 2
    const shifted = o.concat(rest, pair(step));
    const trial = zext(o, o.concat(root, o.constant(1n, 2)), width);
    const less = o.sub(shifted, trial);
    const fits = o.not(bit(o, less, width - 1));
    rest = o.extract(o.mux(fits, less, shifted), 0, step + 1);
    root = o.concat(root, fits);
  }
  return { root, remainder: rest };
}
