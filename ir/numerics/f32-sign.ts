import { type BitOps, bit, zeros } from "./bit-ops.ts";
import { canonicalNaN, isNaN32, unpackF32 } from "./f32-fields.ts";

function withSign<V>(o: BitOps<V>, word: V, sign: V): V {
  return o.mux(isNaN32(o, unpackF32(o, word)), canonicalNaN(o), o.concat(sign, o.extract(word, 0, 31)));
}

/** −x by its sign bit: subnormals keep their bits, NaN becomes canonical. */
export function buildNeg<V>(o: BitOps<V>, x: V): V {
  return withSign(o, x, o.not(bit(o, x, 31)));
}

/** |x| by its sign bit: subnormals keep their bits, NaN becomes canonical. */
export function buildAbs<V>(o: BitOps<V>, x: V): V {
  return withSign(o, x, zeros(o, 1));
}
