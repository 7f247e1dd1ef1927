import { at, unreachable } from "../../ir/index.ts";
import type { FlatOperation } from "./flat.ts";

function signed(width: number, value: bigint): bigint {
  return BigInt.asIntN(width, value);
}

/** CIRCT's predicates in their numbering: eq ne slt sle sgt sge ult ule ugt uge. */
function compare(predicate: number, width: number, a: bigint, b: bigint): boolean {
  const [x, y] = predicate >= 2 && predicate <= 5 ? [signed(width, a), signed(width, b)] : [a, b];
  switch (predicate) {
    case 0:
      return a === b;
    case 1:
      return a !== b;
    case 2:
    case 6:
      return x < y;
    case 3:
    case 7:
      return x <= y;
    case 4:
    case 8:
      return x > y;
    default:
      return x >= y;
  }
}

/** The value of one operation on known operands of the given widths. */
export function evaluateOperation(
  operation: FlatOperation,
  values: readonly bigint[],
  widths: readonly number[],
): bigint {
  const { width, operator, parameter } = operation;
  const a = at(values, 0);
  const b = values[1] ?? 0n;
  const fits = b < BigInt(width);
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
      return fits ? BigInt.asUintN(width, a << b) : 0n;
    case "shru":
      return fits ? a >> b : 0n;
    case "shrs":
      return BigInt.asUintN(width, signed(width, a) >> (fits ? b : BigInt(width)));
    case "icmp":
      return compare(parameter, at(widths, 0), a, b) ? 1n : 0n;
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
