import { type IcmpPredicate, unreachable } from "../../ir/index.ts";
import type { BinaryOperator } from "./node.ts";

/** The bits read as two's complement. */
export function signedValue(bits: bigint, width: number): bigint {
  return BigInt.asIntN(width, bits);
}

/** Bits that a signed number needs. */
export function signedWidthOf(value: bigint): number {
  return (value < 0n ? -value - 1n : value).toString(2).length + (value === 0n || value === -1n ? 0 : 1);
}

/** The result bits of a binary operation on constants. */
export function foldBinary(operator: BinaryOperator, a: bigint, b: bigint, width: number): bigint {
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
      return BigInt.asUintN(width, signedValue(a, width) >> (large ? BigInt(width) : b));
    default:
      return unreachable(operator);
  }
}

/** Whether a comparison of constants holds. */
export function foldCompare(predicate: IcmpPredicate, a: bigint, b: bigint, width: number): boolean {
  const [x, y] = [signedValue(a, width), signedValue(b, width)];
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
