import { divide, multiply, ONE, ratio, roundTo, squareRoot } from "./fixed-point.ts";

/** Coefficients of c0 + c1·T + c2·T² with T in [0, 1) over each of a power of two of segments. */
export interface QuadraticTable {
  readonly c0: readonly bigint[];
  readonly c1: readonly bigint[];
  readonly c2: readonly bigint[];
}

/** One segment: the function of T in [0, 1), both in the format of `fixed-point.ts`. */
export type SegmentFunction = (t: bigint) => bigint;

/**
 * Interpolates each segment at the three Chebyshev nodes, which is within a few percent of the minimax quadratic,
 * and rounds the coefficients to units of 2^-fractionBits. `sign` is the common sign of c1, which is stored
 * without it; `bias` (in units) is added to c0.
 */
export function fitQuadratics(
  segments: readonly SegmentFunction[],
  fractionBits: number,
  sign: 1n | -1n,
  bias: bigint,
): QuadraticTable {
  const fits = segments.map(interpolateAtChebyshevNodes);
  return {
    c0: fits.map((fit) => roundTo(fit.c0, fractionBits) + bias),
    c1: fits.map((fit) => roundTo(sign * fit.c1, fractionBits)),
    c2: fits.map((fit) => roundTo(fit.c2, fractionBits)),
  };
}

const HALF = ONE / 2n;
const NODE_OFFSET = squareRoot(ratio(3n, 16n)); // cos(π/6) / 2

/** Newton's divided differences, expanded into powers of T. */
function interpolateAtChebyshevNodes(f: SegmentFunction): Record<"c0" | "c1" | "c2", bigint> {
  const low = HALF - NODE_OFFSET;
  const high = HALF + NODE_OFFSET;
  const atLow = f(low);
  const atHalf = f(HALF);
  const first = divide(atHalf - atLow, NODE_OFFSET);
  const second = divide(f(high) - atHalf, NODE_OFFSET);
  const c2 = divide(second - first, 2n * NODE_OFFSET);
  return {
    c0: atLow - multiply(first, low) + multiply(c2, multiply(low, HALF)),
    c1: first - multiply(c2, low + HALF),
    c2,
  };
}
