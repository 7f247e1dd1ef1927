import { unreachable } from "../support/bug.ts";

/** An affine expression over dimensions (loop counters) and symbols (runtime constants). */
export type AffineExpr =
  | { readonly kind: "dim"; readonly index: number }
  | { readonly kind: "symbol"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number }
  | {
      readonly kind: "binary";
      readonly op: AffineOperator;
      readonly left: AffineExpr;
      readonly right: AffineExpr;
    };

/** MLIR's affine operators. */
export type AffineOperator = "+" | "*" | "mod" | "floordiv" | "ceildiv";

/** `(d0, …)[s0, …] -> (results)`. */
export interface AffineMap {
  readonly dims: number;
  readonly symbols: number;
  readonly results: readonly AffineExpr[];
}

/** The `index`-th dimension. */
export function dim(index: number): AffineExpr {
  return { kind: "dim", index };
}
/** The `index`-th symbol. */
export function symbol(index: number): AffineExpr {
  return { kind: "symbol", index };
}
/** A number. */
export function affineConstant(value: number): AffineExpr {
  return { kind: "constant", value };
}
/** `left op right`, folded where both are numbers or the operation is the identity. */
export function affineBinary(op: AffineOperator, left: AffineExpr, right: AffineExpr): AffineExpr {
  if (left.kind === "constant" && right.kind === "constant")
    return affineConstant(applyOperator(op, left.value, right.value));
  if (isNeutral(op, right)) return left;
  if (isNeutral(op, left)) return right;
  return { kind: "binary", op, left, right };
}

/** Whether `op` with this operand gives the other one: 0 for a sum, 1 for a product. */
function isNeutral(op: AffineOperator, operand: AffineExpr): boolean {
  const neutral = op === "+" ? 0 : op === "*" ? 1 : undefined;
  return operand.kind === "constant" && operand.value === neutral;
}

/** The map that returns its only dimension. */
export const identityMap: AffineMap = { dims: 1, symbols: 0, results: [dim(0)] };

/** The map without inputs that returns `values`. */
export function constantMap(...values: readonly number[]): AffineMap {
  return { dims: 0, symbols: 0, results: values.map(affineConstant) };
}
/** The identity on `count` dimensions. */
export function identityMapOf(count: number): AffineMap {
  return { dims: count, symbols: 0, results: Array.from({ length: count }, (_, index) => dim(index)) };
}

function applyOperator(op: AffineOperator, left: number, right: number): number {
  switch (op) {
    case "+":
      return left + right;
    case "*":
      return left * right;
    case "mod":
      return ((left % right) + right) % right;
    case "floordiv":
      return Math.floor(left / right);
    case "ceildiv":
      return Math.ceil(left / right);
    default:
      return unreachable(op);
  }
}

/** The value of an expression for given dimensions and symbols. */
export function evaluateAffine(
  expr: AffineExpr,
  dims: readonly number[],
  symbols: readonly number[],
): number {
  switch (expr.kind) {
    case "dim":
      return dims[expr.index] ?? 0;
    case "symbol":
      return symbols[expr.index] ?? 0;
    case "constant":
      return expr.value;
    case "binary":
      return applyOperator(
        expr.op,
        evaluateAffine(expr.left, dims, symbols),
        evaluateAffine(expr.right, dims, symbols),
      );
    default:
      return unreachable(expr);
  }
}

function printOperand(expr: AffineExpr, name: (kind: "dim" | "symbol", index: number) => string): string {
  const text = printAffineExpr(expr, name);
  return expr.kind === "binary" ? `(${text})` : text;
}

/** MLIR's spelling, with `name` giving the words for dimensions and symbols. */
export function printAffineExpr(
  expr: AffineExpr,
  name: (kind: "dim" | "symbol", index: number) => string = (kind, index) =>
    `${kind === "dim" ? "d" : "s"}${String(index)}`,
): string {
  switch (expr.kind) {
    case "dim":
      return name("dim", expr.index);
    case "symbol":
      return name("symbol", expr.index);
    case "constant":
      return String(expr.value);
    case "binary":
      return `${printOperand(expr.left, name)} ${expr.op} ${printOperand(expr.right, name)}`;
    default:
      return unreachable(expr);
  }
}

/** `(d0, d1)[s0] -> (d0 + s0, d1)`. */
export function printAffineMap(map: AffineMap): string {
  const list = (prefix: string, count: number): string =>
    Array.from({ length: count }, (_, i) => `${prefix}${String(i)}`).join(", ");
  const symbols = map.symbols === 0 ? "" : `[${list("s", map.symbols)}]`;
  return `(${list("d", map.dims)})${symbols} -> (${map.results.map((result) => printAffineExpr(result)).join(", ")})`;
}

/** The number that a one-result map without inputs returns. */
export function asConstantBound(map: AffineMap): number | undefined {
  const [result] = map.results;
  return map.results.length === 1 && result?.kind === "constant" ? result.value : undefined;
}
