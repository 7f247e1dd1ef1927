import type { Operation, Value } from "../../core/operation.ts";
import type { Diagnostic } from "../../support/diagnostics.ts";
import { unevenHeads } from "./diagnostics.ts";
import { shapeOf } from "./shapes.ts";

/** Rows must be a whole number of heads, each as wide as the gain. */
export function headGainProblems({
  op,
  operands: { x, gain },
}: {
  readonly op: Operation;
  readonly operands: { readonly x: Value; readonly gain: Value };
}): readonly Diagnostic[] {
  const [, channels = 0] = shapeOf(x.type);
  const [part = 1] = shapeOf(gain.type);
  return channels % part === 0 ? [] : [unevenHeads(op.span, { op: op.name, channels, part, what: "heads" })];
}
