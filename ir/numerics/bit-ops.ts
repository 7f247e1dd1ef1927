/**
 * The abstract algebra that every hardware primitive is written against ("tagless final"): the same function
 * evaluates numbers, records a graph to be measured, or builds circuits, depending on the algebra it is given.
 * All values are unsigned bit vectors with a static width of at least one bit.
 */
export interface BitOps<V> {
  constant(value: bigint, width: number): V;
  width(v: V): number;
  /** Operands of equal width; the result wraps modulo 2^width. The same holds for `sub` and `mul`. */
  add(a: V, b: V): V;
  sub(a: V, b: V): V;
  mul(a: V, b: V): V;
  and(a: V, b: V): V;
  or(a: V, b: V): V;
  xor(a: V, b: V): V;
  not(a: V): V;
  /** Shifts in zeros; the amount may have another width, and amounts of at least the width give zero. */
  shl(a: V, amount: V): V;
  shr(a: V, amount: V): V;
  /** Comparisons take equal widths and give one bit; `slt` reads both as two's complement. */
  eq(a: V, b: V): V;
  ult(a: V, b: V): V;
  slt(a: V, b: V): V;
  /** The condition has one bit, the alternatives equal widths. */
  mux(condition: V, whenTrue: V, whenFalse: V): V;
  extract(v: V, low: number, width: number): V;
  concat(...highFirst: readonly V[]): V;
  /** A constant ROM; `values` has one entry for every value of `index`. */
  table(values: readonly bigint[], width: number, index: V): V;
}

/** The all-zero vector. */
export function zeros<V>(o: BitOps<V>, width: number): V {
  return o.constant(0n, width);
}

/** The all-one vector. */
export function ones<V>(o: BitOps<V>, width: number): V {
  return o.constant((1n << BigInt(width)) - 1n, width);
}

/** One bit of a vector. */
export function bit<V>(o: BitOps<V>, v: V, index: number): V {
  return o.extract(v, index, 1);
}

/** The `width` highest bits. */
export function highBits<V>(o: BitOps<V>, v: V, width: number): V {
  return o.extract(v, o.width(v) - width, width);
}

/** Zero extension to a width that is at least the present one. */
export function zext<V>(o: BitOps<V>, v: V, width: number): V {
  const extra = width - o.width(v);
  return extra === 0 ? v : o.concat(zeros(o, extra), v);
}

/** Appends `count` zero bits below the lowest one: v · 2^count without loss. */
export function padLow<V>(o: BitOps<V>, v: V, count: number): V {
  return count === 0 ? v : o.concat(v, zeros(o, count));
}

/** The one-bit vector repeated `width` times. */
export function replicate<V>(o: BitOps<V>, v: V, width: number): V {
  return o.concat(...Array.from({ length: width }, () => v));
}

/** Sign extension to a width that is at least the present one. */
export function sext<V>(o: BitOps<V>, v: V, width: number): V {
  const extra = width - o.width(v);
  return extra === 0 ? v : o.concat(replicate(o, bit(o, v, o.width(v) - 1), extra), v);
}

/** 1 when no bit is set. */
export function isZero<V>(o: BitOps<V>, v: V): V {
  return o.width(v) === 1 ? o.not(v) : o.eq(v, zeros(o, o.width(v)));
}

/** 1 when some bit is set (or-reduction). */
export function isNonZero<V>(o: BitOps<V>, v: V): V {
  return o.width(v) === 1 ? v : o.not(isZero(o, v));
}

/** 1 when every bit is set (and-reduction). */
export function isAllOnes<V>(o: BitOps<V>, v: V): V {
  return o.width(v) === 1 ? v : o.eq(v, ones(o, o.width(v)));
}

/** The exact product of two unsigned vectors, as wide as both together. */
export function mulFull<V>(o: BitOps<V>, a: V, b: V): V {
  const width = o.width(a) + o.width(b);
  return o.mul(zext(o, a, width), zext(o, b, width));
}

/** a + b or a − b with one carry chain: the carry enters through an extra lowest bit. */
export function addOrSubtract<V>(o: BitOps<V>, a: V, b: V, subtract: V): V {
  const width = o.width(a);
  const left = o.concat(a, ones(o, 1));
  const right = o.concat(o.xor(b, replicate(o, subtract, width)), subtract);
  return o.extract(o.add(left, right), 1, width);
}

/**
 * v >> amount, with the OR of everything shifted out kept in the lowest bit: one selection per amount bit, the widest
 * shift first, so that the widest OR of lost bits is done early.
 */
export function shiftRightSticky<V>(o: BitOps<V>, v: V, amount: V): V {
  const width = o.width(v);
  const levels = Math.min(o.width(amount), Math.ceil(Math.log2(width)));
  let value = v;
  let sticky = zeros(o, 1);
  if (o.width(amount) > levels) {
    const isBeyond = isNonZero(o, highBits(o, amount, o.width(amount) - levels));
    sticky = o.and(isBeyond, isNonZero(o, v));
    value = o.mux(isBeyond, zeros(o, width), v);
  }
  for (let level = levels - 1; level >= 0; level--) {
    const by = 2 ** level;
    const moves = bit(o, amount, level);
    sticky = o.or(sticky, o.and(moves, isNonZero(o, o.extract(value, 0, by))));
    value = o.mux(moves, zext(o, highBits(o, value, width - by), width), value);
  }
  return o.or(value, zext(o, sticky, width));
}

/** The number of zeros above the highest set bit of a vector whose width is a power of two; all ones when there is none. */
export function leadingZeros<V>(o: BitOps<V>, v: V): V {
  const half = o.width(v) / 2;
  if (half === 1) return o.not(bit(o, v, 1));
  const [high, low] = [highBits(o, v, half), o.extract(v, 0, half)];
  const highIsZero = isZero(o, high);
  return o.concat(highIsZero, o.mux(highIsZero, leadingZeros(o, low), leadingZeros(o, high)));
}

/** {@link leadingZeros} of a vector with zeros below it up to `size` bits: no vector of more than 32 is longer than it has to be. */
function leadingZerosWithin<V>(o: BitOps<V>, v: V, size: number): V {
  if (size <= 32) return leadingZeros(o, padLow(o, v, size - o.width(v)));
  const [high, low] = [highBits(o, v, size / 2), o.extract(v, 0, o.width(v) - size / 2)];
  const highIsZero = isZero(o, high);
  const within = (half: V): V => leadingZerosWithin(o, half, size / 2);
  return o.concat(highIsZero, o.mux(highIsZero, within(low), within(high)));
}

/**
 * Shifts a vector of at least two bits left until the highest bit is set: zeros are counted by halves, and each shift
 * waits for its own bit of the count only. `count` is meaningless when v is zero, which leaves the highest bit clear.
 */
export function normalizeLeft<V>(o: BitOps<V>, v: V): { readonly value: V; readonly count: V } {
  const width = o.width(v);
  const levels = Math.ceil(Math.log2(width));
  const count = leadingZerosWithin(o, v, 2 ** levels);
  let value = v;
  for (let level = levels - 1; level >= 0; level--) {
    const by = 2 ** level;
    value = o.mux(bit(o, count, level), padLow(o, o.extract(value, 0, width - by), by), value);
  }
  return { value, count };
}
