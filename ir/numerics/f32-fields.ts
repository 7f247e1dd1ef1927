import { type BitOps, bit, isAllOnes, isNonZero, isZero, ones, zeros, zext } from "./bit-ops.ts";
import { CANONICAL_NAN } from "./f32-bits.ts";

/** The parts of a float32; subnormals already read as zero. */
export interface F32Fields<V> {
  readonly sign: V;
  /** Biased, 8 bits. */
  readonly exponent: V;
  /** As stored, 23 bits: not cleared for subnormals. */
  readonly fraction: V;
  /** Zero or subnormal. */
  readonly isZero: V;
  /** Infinity or NaN. */
  readonly isSpecial: V;
}

/** Splits a 32-bit word. */
export function unpackF32<V>(o: BitOps<V>, word: V): F32Fields<V> {
  const exponent = o.extract(word, 23, 8);
  return {
    sign: o.extract(word, 31, 1),
    exponent,
    fraction: o.extract(word, 0, 23),
    isZero: isZero(o, exponent),
    isSpecial: isAllOnes(o, exponent),
  };
}

/** The 24-bit significand with its leading one; zero for zeros and subnormals. */
export function significand<V>(o: BitOps<V>, x: F32Fields<V>): V {
  return o.mux(x.isZero, zeros(o, 24), o.concat(o.constant(1n, 1), x.fraction));
}

/** 1 for any NaN. */
export function isNaN32<V>(o: BitOps<V>, x: F32Fields<V>): V {
  return o.and(x.isSpecial, isNonZero(o, x.fraction));
}

/** The word with a subnormal replaced by the zero of its sign. */
export function flushSubnormal<V>(o: BitOps<V>, word: V): V {
  const isTiny = isZero(o, o.extract(word, 23, 8));
  return o.concat(o.extract(word, 31, 1), o.mux(isTiny, zeros(o, 31), o.extract(word, 0, 31)));
}

/** The canonical NaN. */
export function canonicalNaN<V>(o: BitOps<V>): V {
  return o.constant(BigInt(CANONICAL_NAN), 32);
}

/** A result before its special cases are resolved. */
export interface UnroundedF32<V> {
  readonly sign: V;
  /** Biased, signed, 10 bits: of a significand in [1, 2). */
  readonly exponent: V;
  /** The 23 bits below the leading one. */
  readonly fraction: V;
  /** 1 to round up. */
  readonly increment: V;
  readonly isZero: V;
  readonly isInfinite: V;
  readonly isNaN: V;
}

/** Rounds (the carry may run into the exponent), then flushes, saturates to infinity and applies the special cases. */
export function packF32<V>(o: BitOps<V>, r: UnroundedF32<V>): V {
  const rounded = o.add(o.concat(r.exponent, r.fraction), zext(o, r.increment, 33));
  return packRounded(o, rounded, r);
}

/**
 * Resolves the special cases of a rounded result given as 10 signed exponent bits above 23 fraction bits:
 * exponents below 1 flush to zero, above 254 become infinite; `isNaN` wins over `isInfinite` over `isZero`.
 */
export function packRounded<V>(
  o: BitOps<V>,
  rounded: V,
  r: Pick<UnroundedF32<V>, "sign" | "isZero" | "isInfinite" | "isNaN">,
): V {
  const exponent = o.extract(rounded, 23, 10);
  const isNegative = bit(o, exponent, 9);
  const isTiny = o.or(isNegative, isZero(o, o.extract(exponent, 0, 9)));
  const isAbove = o.or(bit(o, exponent, 8), isAllOnes(o, o.extract(exponent, 0, 8)));
  const isHuge = o.and(isAbove, o.not(isNegative));
  const finite = o.mux(o.or(r.isZero, isTiny), zeros(o, 31), o.extract(rounded, 0, 31));
  const isSpecial = o.or(o.or(r.isNaN, r.isInfinite), o.and(isHuge, o.not(r.isZero)));
  const special = o.concat(ones(o, 8), r.isNaN, zeros(o, 22)); // The highest fraction bit tells NaN from infinity.
  const magnitude = o.mux(isSpecial, special, finite);
  return o.concat(o.and(r.sign, o.not(r.isNaN)), magnitude);
}

/** Round to nearest, ties to even: 1 to round up. */
export function nearestEven<V>(o: BitOps<V>, lowest: V, guard: V, sticky: V): V {
  return o.and(guard, o.or(sticky, lowest));
}
