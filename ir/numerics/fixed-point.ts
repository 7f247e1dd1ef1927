/**
 * Real functions in exact integer arithmetic: a number r is held as the bigint round(r · 2^80).
 * Tables made from these are the same on every machine, as no floating-point library is involved.
 */
const FRACTION_BITS = 80n;

/** 1 in this format. */
export const ONE = 1n << FRACTION_BITS;

/** numerator / denominator. */
export function ratio(numerator: bigint, denominator: bigint): bigint {
  return (numerator << FRACTION_BITS) / denominator;
}

/** a · b. */
export function multiply(a: bigint, b: bigint): bigint {
  return (a * b) >> FRACTION_BITS;
}

/** a / b. */
export function divide(a: bigint, b: bigint): bigint {
  return (a << FRACTION_BITS) / b;
}

/** √a by Newton's iteration from above. */
export function squareRoot(a: bigint): bigint {
  const radicand = a << FRACTION_BITS;
  let root = 1n << BigInt(Math.ceil(radicand.toString(2).length / 2));
  for (;;) {
    const next = (root + radicand / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** ln 2 = Σ 1 / (k · 2^k). */
export const LN2 = sumUntilZero((k) => ONE / (BigInt(k + 1) << BigInt(k + 1)));

/** 2^a by the series of e^(a · ln 2). */
export function exp2(a: bigint): bigint {
  const exponent = multiply(a, LN2);
  let term = ONE;
  return sumUntilZero((k) => {
    if (k > 0) term = multiply(term, exponent) / BigInt(k);
    return term;
  });
}

/** The value in units of 2^-fractionBits, to nearest. */
export function roundTo(a: bigint, fractionBits: number): bigint {
  const dropped = FRACTION_BITS - BigInt(fractionBits);
  return (a + (1n << (dropped - 1n))) >> dropped;
}

function sumUntilZero(term: (k: number) => bigint): bigint {
  let sum = 0n;
  for (let k = 0; ; k++) {
    const next = term(k);
    if (next === 0n) return sum;
    sum += next;
  }
}
