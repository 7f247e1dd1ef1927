import { type BitOps, mulFull, zext } from "./bit-ops.ts";
import { fitQuadratics, type QuadraticTable, type SegmentFunction } from "./quadratic-table.ts";

/**
 * A decreasing convex function with values in (1, 2], by segments: c0 − t·(c1 − c2·t) in fixed point with 28
 * fraction bits, rounded to 23. Multipliers: 16 × 16 and 23 × 16.
 */
export interface DecreasingQuadratic {
  readonly table: QuadraticTable;
  readonly c0: Int32Array;
  readonly c1: Int32Array;
  readonly c2: Int32Array;
}

const FRACTION_BITS = 28;
const HALF_RESULT_UNIT = 1n << 4n; // Rounds to nearest when the lowest 5 bits are dropped.

/** The tables of a function given by its segments. */
export function decreasingQuadratic(segments: readonly SegmentFunction[]): DecreasingQuadratic {
  const table = fitQuadratics(segments, FRACTION_BITS, -1n, HALF_RESULT_UNIT);
  return {
    table,
    c0: Int32Array.from(table.c0, Number),
    c1: Int32Array.from(table.c1, Number),
    c2: Int32Array.from(table.c2, Number),
  };
}

/** The value in units of 2^-23 (25 bits, from 2^23 to 2^24) at t / 2^16 (16 bits) of a segment. */
export function buildDecreasing<V>(o: BitOps<V>, f: DecreasingQuadratic, segment: V, t: V): V {
  const c0 = o.table(f.table.c0, 30, segment);
  const c1 = o.table(f.table.c1, 23, segment);
  const c2 = o.table(f.table.c2, 16, segment);
  const bend = zext(o, o.extract(mulFull(o, c2, t), 16, 16), 23);
  const drop = o.extract(mulFull(o, o.sub(c1, bend), t), 16, 23);
  return o.extract(o.sub(c0, zext(o, drop, 30)), 5, 25);
}

/** As {@link buildDecreasing}, on integers. */
export function evaluateDecreasing(f: DecreasingQuadratic, segment: number, t: number): number {
  const bend = Math.imul(f.c2[segment] ?? 0, t) >>> 16;
  const drop = Math.floor((((f.c1[segment] ?? 0) - bend) * t) / 65536);
  return ((f.c0[segment] ?? 0) - drop) >> 5;
}
