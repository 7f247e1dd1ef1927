import type { AffineExpr, AffineMap, AffineOperator } from "../../core/affine.ts";
import type { Value } from "../../core/operation.ts";
import { unreachable } from "../../support/bug.ts";
import type { Emitter } from "./emitter.ts";
import { type Interval, intervalOf, knownInterval } from "./interval.ts";

/** One result of a map: its JavaScript and what it can be. */
export interface AffineText {
  readonly text: string;
  readonly interval: Interval;
}

/** The results of a map on `operands` (dimensions, then symbols). */
export function affineTexts(map: AffineMap, operands: readonly Value[], out: Emitter): readonly AffineText[] {
  const texts = operands.map((operand) => numberText(operand, out));
  const intervals = operands.map((operand) => knownInterval(out.intervals.get(operand)));
  const scope: Scope = {
    dims: texts.slice(0, map.dims),
    symbols: texts.slice(map.dims),
    dimIntervals: intervals.slice(0, map.dims),
    symbolIntervals: intervals.slice(map.dims),
  };
  return map.results.map((expr) => ({ text: exprText(expr, scope), interval: interval(expr, scope) }));
}

interface Scope {
  readonly dims: readonly string[];
  readonly symbols: readonly string[];
  readonly dimIntervals: readonly Interval[];
  readonly symbolIntervals: readonly Interval[];
}

function numberText(value: Value, out: Emitter): string {
  const text = out.name(value);
  return value.type.kind === "int" && value.type.width > 32 ? `Number(${text})` : text;
}

function interval(expr: AffineExpr, scope: Scope): Interval {
  return intervalOf(expr, scope.dimIntervals, scope.symbolIntervals);
}

function exprText(expr: AffineExpr, scope: Scope): string {
  switch (expr.kind) {
    case "dim":
      return scope.dims[expr.index] ?? "0";
    case "symbol":
      return scope.symbols[expr.index] ?? "0";
    case "constant":
      return expr.value < 0 ? `(${String(expr.value)})` : String(expr.value);
    case "binary": {
      const { min, max } = interval(expr.left, scope);
      const isSmall = min >= 0 && max < 2 ** 31 && interval(expr.right, scope).min > 0;
      return operatorText(expr.op, exprText(expr.left, scope), exprText(expr.right, scope), isSmall);
    }
    default:
      return unreachable(expr);
  }
}

/** A small dividend needs no care for signs. */
function operatorText(op: AffineOperator, left: string, right: string, isSmall: boolean): string {
  switch (op) {
    case "+":
    case "*":
      return `(${left} ${op} ${right})`;
    case "mod":
      return isSmall ? `(${left} % ${right})` : `((${left} % ${right} + ${right}) % ${right})`;
    case "floordiv":
      return isSmall ? `(${left} / ${right} | 0)` : `Math.floor(${left} / ${right})`;
    case "ceildiv":
      return `Math.ceil(${left} / ${right})`;
    default:
      return unreachable(op);
  }
}
