import type { AffineExpr, AffineOperator } from "../../core/affine.ts";
import { unreachable } from "../../support/bug.ts";

/** All whole numbers from `min` to `max`, which may be infinite. */
export interface Interval {
  readonly min: number;
  readonly max: number;
}

const UNKNOWN: Interval = { min: -Infinity, max: Infinity };

/** The values that an affine expression can have. */
export function intervalOf(
  expr: AffineExpr,
  dims: readonly Interval[],
  symbols: readonly Interval[],
): Interval {
  switch (expr.kind) {
    case "dim":
      return dims[expr.index] ?? UNKNOWN;
    case "symbol":
      return symbols[expr.index] ?? UNKNOWN;
    case "constant":
      return { min: expr.value, max: expr.value };
    case "binary":
      return combine(expr.op, intervalOf(expr.left, dims, symbols), intervalOf(expr.right, dims, symbols));
    default:
      return unreachable(expr);
  }
}

/** What is known of a value, or everything. */
export function knownInterval(known: Interval | undefined): Interval {
  return known ?? UNKNOWN;
}

function combine(op: AffineOperator, left: Interval, right: Interval): Interval {
  switch (op) {
    case "+":
      return { min: left.min + right.min, max: left.max + right.max };
    case "*":
      return scale(left, right);
    case "mod":
      return right.min > 0 ? { min: 0, max: right.max - 1 } : UNKNOWN;
    case "floordiv":
      return quotient(left, right, Math.floor);
    case "ceildiv":
      return quotient(left, right, Math.ceil);
    default:
      return unreachable(op);
  }
}

/** Bounds of a quotient by one number, or by several of a value that is not negative. */
function quotient(left: Interval, right: Interval, round: (value: number) => number): Interval {
  if (right.min <= 0 || (left.min < 0 && right.min !== right.max)) return UNKNOWN;
  return { min: round(left.min / right.max), max: round(left.max / right.min) };
}

function scale(left: Interval, right: Interval): Interval {
  const corners = [left.min * right.min, left.min * right.max, left.max * right.min, left.max * right.max];
  return corners.some((corner) => Number.isNaN(corner))
    ? UNKNOWN
    : { min: Math.min(...corners), max: Math.max(...corners) };
}
