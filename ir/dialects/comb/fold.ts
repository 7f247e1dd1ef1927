import { unreachable } from "../../support/bug.ts";
import type { IcmpPredicate } from "./ops.ts";

/** Operations of `comb` on two operands of one width. */
export type FoldableOperator = "add" | "sub" | "mul" | "and" | "or" | "xor" | "shl" | "shru" | "shrs";

/** The result bits of a binary operation on constants. */
export function foldBinary(operator: FoldableOperator, a: bigint, b: bigint, width: number): bigint {
  const large = b >= BigInt(width);
  switch (operator) {
    case "add":
      return BigInt.asUintN(width, a + b);
    case "sub":
      return BigInt.asUintN(width, a - b);
    case "mul":
      return BigInt.asUintN(width, a * b);
    case "and":
      return a & b;
    case "or":
      return a | b;
    case "xor":
      return a ^ b;
    case "shl":
      return large ? 0n : BigInt.asUintN(width, a << b);
    case "shru":
      return large ? 0n : a >> b;
    case "shrs":
      return BigInt.asUintN(width, BigInt.asIntN(width, a) >> (large ? BigInt(width) : b));
    default:
      return unreachable(operator);
  }
}

/** Whether a comparison of constants holds. */
export function foldCompare(predicate: IcmpPredicate, a: bigint, b: bigint, width: number): boolean {
  const [x, y] = [BigInt.asIntN(width, a), BigInt.asIntN(width, b)];
  switch (predicate) {
    case "eq":
      return a === b;
    case "ne":
      return a !== b;
    case "slt":
      return x < y;
    case "sle":
      return x <= y;
    case "sgt":
      return x > y;
    case "sge":
      return x >= y;
    case "ult":
      return a < b;
    case "ule":
      return a <= b;
    case "ugt":
      return a > b;
    case "uge":
      return a >= b;
    default:
      return unreachable(predicate);
  }
}
