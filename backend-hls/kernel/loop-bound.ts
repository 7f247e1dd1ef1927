import type { AffineExpr, AffineMap } from "../../ir/index.ts";
import { asConstant, linearAdd, linearConstant, linearScale, rangeOf } from "./linear.ts";
import type { KernelLoop, Linear } from "./node.ts";

/** A bound of a loop's trips: the largest whole number that is not above `sum / divisor`. */
export interface LoopBound {
  readonly sum: Linear;
  readonly divisor: number;
}

/** The results of a bound's map over sums, where each is a sum or one divided by a number, plus a number; else undefined. */
export function boundsOf(map: AffineMap, inputs: readonly Linear[]): readonly LoopBound[] | undefined {
  const bounds = map.results.map((expr) => boundOf(expr, inputs, map.dims));
  return bounds.includes(undefined) ? undefined : bounds.flatMap((bound) => bound ?? []);
}

function boundOf(expr: AffineExpr, inputs: readonly Linear[], dims: number): LoopBound | undefined {
  if (expr.kind === "constant") return { sum: linearConstant(expr.value), divisor: 1 };
  if (expr.kind !== "binary") {
    const sum = inputs[expr.kind === "dim" ? expr.index : dims + expr.index];
    return sum === undefined ? undefined : { sum, divisor: 1 };
  }
  const [left, right] = [boundOf(expr.left, inputs, dims), boundOf(expr.right, inputs, dims)];
  if (left === undefined || right === undefined) return undefined;
  if (expr.op === "+") return addBounds(left, right);
  const factor = right.divisor === 1 ? asConstant(right.sum) : undefined;
  return factor === undefined ? undefined : scaledBound(expr.op, left, factor);
}

/** A bound times or divided by a number. */
function scaledBound(op: string, left: LoopBound, factor: number): LoopBound | undefined {
  if (op === "*") return left.divisor === 1 ? { sum: linearScale(left.sum, factor), divisor: 1 } : undefined;
  if (factor < 1 || op === "mod") return undefined;
  const sum = op === "ceildiv" ? linearAdd(left.sum, linearConstant(left.divisor * (factor - 1))) : left.sum;
  return { sum, divisor: left.divisor * factor };
}

/** floor(a / d) + b = floor((a + d b) / d) for whole b; two quotients have no such form. */
function addBounds(left: LoopBound, right: LoopBound): LoopBound | undefined {
  if (left.divisor > 1 && right.divisor > 1) return undefined;
  const [quotient, whole] = left.divisor > 1 ? [left, right] : [right, left];
  return {
    sum: linearAdd(quotient.sum, linearScale(whole.sum, quotient.divisor)),
    divisor: quotient.divisor,
  };
}

/** Fewest and most trips that bounds leave. */
export function tripRange(
  loops: readonly KernelLoop[],
  bounds: readonly LoopBound[],
): { readonly min: number; readonly max: number } {
  const ranges = bounds.map(({ sum, divisor }) => {
    const { min, max } = rangeOf(loops, sum);
    return { min: Math.floor(min / divisor), max: Math.floor(max / divisor) };
  });
  return { min: Math.min(...ranges.map(({ min }) => min)), max: Math.min(...ranges.map(({ max }) => max)) };
}
