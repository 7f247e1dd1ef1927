import { at, CompilerBug, type HwBuilder, present, unreachable, type Value } from "../../ir/index.ts";
import type { BinaryOperator, KernelGraph, KernelNode } from "../kernel/node.ts";

/** The combinational hardware of a pure node. */
export function combineNode(
  b: HwBuilder,
  graph: KernelGraph,
  node: KernelNode,
  args: readonly Value[],
): Value {
  const { op } = node;
  const arg = (index: number): Value =>
    present(args[index], `argument ${String(index)} of ${op.kind} in ${graph.name}`);
  switch (op.kind) {
    case "constant":
      return b.constant(op.value, node.width);
    case "binary":
      return op.operator === "mul"
        ? multiply(b, node, graph, [arg(0), arg(1)])
        : binary(b, op.operator, [arg(0), arg(1)]);
    case "compare":
      return b.icmp(op.predicate, arg(0), arg(1));
    case "select":
      return b.mux(arg(0), arg(1), arg(2));
    case "extend":
      return b.resizeSigned(arg(0), node.width);
    case "slice":
      return b.extract(arg(0), op.low, node.width);
    case "join":
      return b.concat(...args.toReversed());
    case "counter":
    case "field":
    case "float":
    case "load":
    case "store":
    case "read":
    case "write":
    case "done":
      throw new CompilerBug(`${op.kind} is not combinational`);
    default:
      return unreachable(op);
  }
}

function binary(
  b: HwBuilder,
  operator: Exclude<BinaryOperator, "mul">,
  [x, y]: readonly [Value, Value],
): Value {
  switch (operator) {
    case "add":
      return b.add(x, y);
    case "sub":
      return b.sub(x, y);
    case "and":
      return b.and(x, y);
    case "or":
      return b.or(x, y);
    case "xor":
      return b.xor(x, y);
    case "shl":
      return b.shl(x, y);
    case "shru":
      return b.shru(x, y);
    case "shrs":
      return b.shrs(x, y);
    default:
      return unreachable(operator);
  }
}

/** A signed product of operands of any widths: sign-extended to the result, where synthesis finds the narrow multiplier. */
function multiply(
  b: HwBuilder,
  node: KernelNode,
  graph: KernelGraph,
  [x, y]: readonly [Value, Value],
): Value {
  const { width } = node;
  if (at(graph.nodes, at(node.args, 0)).width > width)
    throw new CompilerBug(`a product narrower than its operand in ${graph.name}`);
  return b.mul(b.resizeSigned(x, width), b.resizeSigned(y, width));
}
