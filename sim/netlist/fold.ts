import { at, foldBinary, foldCompare, ICMP_PREDICATES, unreachable } from "../../ir/index.ts";
import type { FlatOperation } from "./flat.ts";

/** The value of one operation on known operands of the given widths. */
export function evaluateOperation(
  operation: FlatOperation,
  values: readonly bigint[],
  widths: readonly number[],
): bigint {
  const { width, operator, parameter } = operation;
  const a = at(values, 0);
  const b = values[1] ?? 0n;
  switch (operator) {
    case "add":
    case "sub":
    case "mul":
    case "and":
    case "or":
    case "xor":
    case "shl":
    case "shru":
    case "shrs":
      return foldBinary(operator, a, b, width);
    case "icmp":
      return foldCompare(at(ICMP_PREDICATES, parameter), a, b, at(widths, 0)) ? 1n : 0n;
    case "mux":
      return a === 1n ? b : at(values, 2);
    case "extract":
      return BigInt.asUintN(width, a >> BigInt(parameter));
    case "concat":
      return values.reduce((sum, value, index) => (sum << BigInt(at(widths, index))) | value, 0n);
    case "replicate":
      return replicate(a, at(widths, 0), width);
    default:
      return unreachable(operator);
  }
}

function replicate(value: bigint, from: number, width: number): bigint {
  let sum = 0n;
  for (let filled = 0; filled < width; filled += from) sum = (sum << BigInt(from)) | value;
  return sum;
}
