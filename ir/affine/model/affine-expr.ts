import {
  type AffineExpr,
  type AffineMap,
  affineBinary,
  affineConstant,
  dim,
  identityMapOf,
} from "../../core/affine.ts";
import type { Value } from "../../core/operation.ts";
import { unreachable } from "../../support/bug.ts";
import {
  type AffineSum,
  addSums,
  constantSum,
  floorSum,
  offsetSum,
  scaleSum,
  sumConstant,
  type Variable,
} from "./sum.ts";

/** The results of a map as sums, for operands that are sums; undefined where one is not affine. */
export function sumsOfMap(map: AffineMap, operands: readonly AffineSum[]): readonly AffineSum[] | undefined {
  const sums: AffineSum[] = [];
  for (const result of map.results) {
    const sum = sumOf(result, operands.slice(0, map.dims), operands.slice(map.dims));
    if (sum === undefined) return undefined;
    sums.push(sum);
  }
  return sums;
}

function sumOf(
  expr: AffineExpr,
  dims: readonly AffineSum[],
  symbols: readonly AffineSum[],
): AffineSum | undefined {
  switch (expr.kind) {
    case "dim":
      return dims[expr.index];
    case "symbol":
      return symbols[expr.index];
    case "constant":
      return constantSum(expr.value);
    case "binary": {
      const [left, right] = [sumOf(expr.left, dims, symbols), sumOf(expr.right, dims, symbols)];
      return left === undefined || right === undefined ? undefined : combine(expr.op, left, right);
    }
    default:
      return unreachable(expr);
  }
}

function combine(
  op: "+" | "*" | "mod" | "floordiv" | "ceildiv",
  left: AffineSum,
  right: AffineSum,
): AffineSum | undefined {
  if (op === "+") return addSums(left, right);
  const [x, y] = [sumConstant(left), sumConstant(right)];
  if (op === "*")
    return y !== undefined ? scaleSum(left, y) : x === undefined ? undefined : scaleSum(right, x);
  if (y === undefined || y < 1) return undefined;
  if (op === "floordiv") return floorSum(left, y);
  if (op === "ceildiv") return floorSum(offsetSum(left, y - 1), y);
  return addSums(left, floorSum(left, y), -y);
}

/** Sums as a map and the values that it is applied to; `operandOf` gives the value of a counter or an opaque index. */
export function mapOfSums(
  sums: readonly AffineSum[],
  operandOf: (variable: Exclude<Variable, { readonly kind: "quotient" }>) => Value,
): { readonly map: AffineMap; readonly operands: readonly Value[] } {
  const operands: Value[] = [];
  const exprOf = (sum: AffineSum): AffineExpr => {
    const terms = [...sum.terms].map(([variable, factor]) =>
      affineBinary("*", variableExpr(variable), affineConstant(factor)),
    );
    const [first, ...rest] = terms;
    const total =
      first === undefined
        ? affineConstant(0)
        : rest.reduce((partial, term) => affineBinary("+", partial, term), first);
    return affineBinary("+", total, affineConstant(sum.constant));
  };
  const variableExpr = (variable: Variable): AffineExpr => {
    if (variable.kind === "quotient")
      return affineBinary("floordiv", exprOf(variable.of), affineConstant(variable.by));
    const value = operandOf(variable);
    const position = operands.indexOf(value);
    return dim(position < 0 ? operands.push(value) - 1 : position);
  };
  const results = sums.map(exprOf);
  return { map: { ...identityMapOf(operands.length), results }, operands };
}
