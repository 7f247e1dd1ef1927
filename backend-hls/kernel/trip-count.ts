import { AffineForOp, intervalOf, type Operation, present, type Value } from "../../ir/index.ts";
import type { ConvertScope } from "./convert-scope.ts";
import { linearAdd, linearConstant, linearCounter, linearScale, rangeOf } from "./linear.ts";
import { boundsOf, type LoopBound, tripRange } from "./loop-bound.ts";
import type { KernelLoop, Linear, NodeId } from "./node.ts";

/** The operands of a loop's upper bound, where all of them are sums over counters. */
function sumsOf(scope: ConvertScope, op: Operation): readonly Linear[] | undefined {
  const { attrs, rest } = present(AffineForOp.match(op), op.name);
  const operands: readonly Value[] = rest.slice(attrs.lowerBound.dims + attrs.lowerBound.symbols);
  return operands.every((value) => scope.isLinear(value))
    ? operands.map((value) => scope.linear(value))
    : undefined;
}

/** The trips of a loop whose bound is a sum over counters of outer loops: the control counts them itself. */
export function affineTrip(
  scope: ConvertScope,
  loops: readonly KernelLoop[],
  op: Operation,
): KernelLoop["trip"] | undefined {
  const { attrs } = present(AffineForOp.match(op), op.name);
  const inputs = sumsOf(scope, op);
  const bounds = inputs === undefined ? undefined : boundsOf(attrs.upperBound, inputs);
  if (bounds === undefined || bounds.some(({ sum }) => sum.opaque.size > 0)) return undefined;
  return { kind: "affine", bounds, ...tripRange(loops, bounds) };
}

/** An upper bound that is not simple enough for the control: the loop runs to the largest value, and does nothing behind the results. */
interface ComputedBound {
  readonly most: number;
  readonly results: readonly Linear[];
}

/** The bound of a loop over counters of outer loops that {@link affineTrip} has no answer for: remainders, and quotients in sums. */
export function computedBound(
  scope: ConvertScope,
  loops: readonly KernelLoop[],
  op: Operation,
): ComputedBound | undefined {
  const { attrs, rest } = present(AffineForOp.match(op), op.name);
  const inputs = sumsOf(scope, op);
  if (inputs === undefined || affineTrip(scope, loops, op) !== undefined) return undefined;
  const map = attrs.upperBound;
  const ranges = inputs.map((sum) => rangeOf(loops, sum));
  const most = Math.min(
    ...map.results.map((expr) => intervalOf(expr, ranges.slice(0, map.dims), ranges.slice(map.dims)).max),
  );
  if (!Number.isFinite(most)) return undefined;
  const operands = rest.slice(attrs.lowerBound.dims + attrs.lowerBound.symbols);
  return { most: Math.max(1, most), results: scope.subscripts(map, operands) };
}

/** Whether loop `index` is before all bounds: counter < floor(sum / divisor), which is (counter + 1) divisor <= sum. */
export function isInside(scope: ConvertScope, index: number, bounds: readonly LoopBound[]): NodeId {
  return bounds
    .map(({ sum, divisor }) => {
      const behind = linearScale(linearAdd(linearCounter(index), linearConstant(1)), divisor);
      return scope.builder.compare("sle", scope.linearNode(behind), scope.linearNode(sum));
    })
    .reduce((all, bit) => scope.builder.binary("and", all, bit));
}
