import { type BitOps, bit, replicate, zeros } from "./bit-ops.ts";
import { canonicalNaN, flushSubnormal, isNaN32, unpackF32 } from "./f32-fields.ts";

/** Maps a flushed word to a signed integer in the order of the floats (with −0 just below +0). */
function orderedKey<V>(o: BitOps<V>, word: V): V {
  const sign = bit(o, word, 31);
  return o.concat(sign, o.xor(o.extract(word, 0, 31), replicate(o, sign, 31)));
}

/** As {@link orderedKey}, with both zeros equal. */
function comparableKey<V>(o: BitOps<V>, word: V): V {
  return o.mux(unpackF32(o, word).isZero, zeros(o, 32), orderedKey(o, word));
}

function isUnordered<V>(o: BitOps<V>, a: V, b: V): V {
  return o.or(isNaN32(o, unpackF32(o, a)), isNaN32(o, unpackF32(o, b)));
}

/** a < b; false when either is NaN. */
export function buildLt<V>(o: BitOps<V>, a: V, b: V): V {
  const less = o.slt(comparableKey(o, a), comparableKey(o, b));
  return o.and(less, o.not(isUnordered(o, a, b)));
}

/** a > b. */
export function buildGt<V>(o: BitOps<V>, a: V, b: V): V {
  return buildLt(o, b, a);
}

/** a <= b; false when either is NaN. */
export function buildLe<V>(o: BitOps<V>, a: V, b: V): V {
  const greater = o.slt(comparableKey(o, b), comparableKey(o, a));
  return o.not(o.or(greater, isUnordered(o, a, b)));
}

/** a >= b. */
export function buildGe<V>(o: BitOps<V>, a: V, b: V): V {
  return buildLe(o, b, a);
}

/** a = b; false when either is NaN, true for zeros of either sign. */
export function buildEq<V>(o: BitOps<V>, a: V, b: V): V {
  return o.and(o.eq(comparableKey(o, a), comparableKey(o, b)), o.not(isUnordered(o, a, b)));
}

/** IEEE 754-2019 maximum: NaN when either is NaN, and +0 above −0. */
export function buildMax<V>(o: BitOps<V>, a: V, b: V): V {
  const x = flushSubnormal(o, a);
  const y = flushSubnormal(o, b);
  const greater = o.mux(o.slt(orderedKey(o, x), orderedKey(o, y)), y, x);
  return o.mux(isUnordered(o, a, b), canonicalNaN(o), greater);
}
