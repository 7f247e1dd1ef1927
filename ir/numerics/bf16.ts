/** bfloat16: the upper half of a float32 word. A word with an exponent field of 0 is the zero of its sign, as in float32. */
import { type BitOps, bit, isAllOnes, isNonZero, isZero, padLow, zeros, zext } from "./bit-ops.ts";
import { bitsToF32, f32ToBits } from "./f32-bits.ts";
import { mulF32 } from "./f32-semantics.ts";
import { buildShortProduct } from "./f32-short-product.ts";

/** The canonical NaN. */
const CANONICAL_NAN16 = 0x7fc0n;

/** Bits of a float32 fraction that bfloat16 has not. */
const DROPPED = 16;

/** The float32 that a bfloat16 word (a signed or unsigned 16-bit integer) is. */
export function bf16ToF32(word: number): number {
  return bitsToF32(word << DROPPED);
}

/** A float32 as the word of the nearest bfloat16 (a signed 16-bit integer), ties to even; subnormals become the zero of their sign. */
export function f32ToBf16(x: number): number {
  const word = f32ToBits(x);
  const isTiny = (word & 0x7f80_0000) === 0;
  return (isTiny ? word & 0x8000_0000 : word + 0x7fff + ((word >>> DROPPED) & 1)) >> DROPPED;
}

/** a · b of two bfloat16 words as a float32; the product of two significands of 8 bits is exact. */
export function mulBf16(a: number, b: number): number {
  return mulF32(bf16ToF32(a), bf16ToF32(b));
}

/** {@link mulBf16}: one 8 × 8 product. */
export function buildMulBf16<V>(o: BitOps<V>, a: V, b: V): V {
  return buildShortProduct(o, 7, padLow(o, a, DROPPED), padLow(o, b, DROPPED));
}

/** {@link f32ToBf16}: half a unit of the last place kept is added, less one where the tie goes down. */
export function buildToBf16<V>(o: BitOps<V>, word: V): V {
  const exponent = o.extract(word, 23, 8);
  const isNotNumber = o.and(isAllOnes(o, exponent), isNonZero(o, o.extract(word, 0, 23)));
  const half = o.add(o.constant(0x7fffn, 31), zext(o, bit(o, word, DROPPED), 31));
  const rounded = o.extract(o.add(o.extract(word, 0, 31), half), DROPPED, 15);
  const magnitude = o.mux(isZero(o, exponent), zeros(o, 15), rounded);
  return o.mux(isNotNumber, o.constant(CANONICAL_NAN16, 16), o.concat(bit(o, word, 31), magnitude));
}
