import { at } from "../../ir/index.ts";
import type { FlatNode, FlatOperation, NodeId } from "./flat.ts";
import { evaluateOperation } from "./fold.ts";

/** What the local rules may ask for and make. */
export interface NodeFactory {
  node(id: NodeId): FlatNode;
  constant(width: number, value: bigint): NodeId;
  operation(operation: FlatOperation): NodeId;
}

/** The node that already has the value of `operation`, or undefined where it must be made. */
export function simplifyOperation(operation: FlatOperation, factory: NodeFactory): NodeId | undefined {
  const nodes = operation.operands.map((id) => factory.node(id));
  const constants = nodes.flatMap((node) => (node.kind === "constant" ? [node.value] : []));
  if (constants.length === nodes.length) {
    return factory.constant(
      operation.width,
      evaluateOperation(
        operation,
        constants,
        nodes.map((node) => node.width),
      ),
    );
  }
  switch (operation.operator) {
    case "mux":
      return simplifyMux(operation, nodes);
    case "extract":
      return simplifyExtract(operation, at(nodes, 0), factory);
    case "concat":
      return operation.operands.length === 1 ? operation.operands[0] : undefined;
    case "replicate":
      return at(nodes, 0).width === operation.width ? operation.operands[0] : undefined;
    case "shl":
    case "shru":
    case "shrs":
      return simplifyShift(operation, nodes, factory);
    case "icmp":
      return undefined;
    case "add":
    case "sub":
    case "mul":
    case "and":
    case "or":
    case "xor":
      return simplifyArithmetic(operation, nodes, factory);
  }
}

function simplifyMux({ operands }: FlatOperation, nodes: readonly FlatNode[]): NodeId | undefined {
  const [condition, whenTrue, whenFalse] = nodes;
  if (condition?.kind === "constant") return condition.value === 1n ? operands[1] : operands[2];
  if (operands[1] === operands[2]) return operands[1];
  if (
    whenTrue?.kind === "constant" &&
    whenFalse?.kind === "constant" &&
    whenTrue.width === 1 &&
    whenTrue.value === 1n
  )
    return operands[0];
  return undefined;
}

function simplifyExtract(
  operation: FlatOperation,
  input: FlatNode,
  factory: NodeFactory,
): NodeId | undefined {
  const { width, parameter: low } = operation;
  if (input.width === width) return operation.operands[0];
  if (input.kind !== "operation") return undefined;
  if (input.operator === "extract")
    return factory.operation({ ...operation, operands: input.operands, parameter: low + input.parameter });
  if (input.operator !== "concat") return undefined;
  let offset = input.width;
  for (const part of input.operands) {
    const partWidth = factory.node(part).width;
    offset -= partWidth;
    if (offset <= low && low + width <= offset + partWidth)
      return factory.operation({ ...operation, operands: [part], parameter: low - offset });
  }
  return undefined;
}

function simplifyShift(
  operation: FlatOperation,
  nodes: readonly FlatNode[],
  factory: NodeFactory,
): NodeId | undefined {
  const amount = at(nodes, 1);
  const input = at(operation.operands, 0);
  const { width, operator } = operation;
  if (amount.kind !== "constant") return undefined;
  if (amount.value === 0n) return input;
  const most = operator === "shrs" ? width - 1 : width;
  const by = amount.value > BigInt(most) ? most : Number(amount.value);
  if (by === width) return factory.constant(width, 0n);
  const kept = width - by;
  const slice = (low: number, size: number): NodeId =>
    factory.operation({
      kind: "operation",
      operator: "extract",
      width: size,
      operands: [input],
      parameter: low,
    });
  const join = (...operands: readonly NodeId[]): NodeId =>
    factory.operation({ kind: "operation", operator: "concat", width, operands, parameter: 0 });
  if (operator === "shl") return join(slice(0, kept), factory.constant(by, 0n));
  if (operator === "shru") return join(factory.constant(by, 0n), slice(by, kept));
  const sign = factory.operation({
    kind: "operation",
    operator: "replicate",
    width: by,
    operands: [slice(width - 1, 1)],
    parameter: 0,
  });
  return join(sign, slice(by, kept));
}

function simplifyArithmetic(
  { operator, operands, width }: FlatOperation,
  nodes: readonly FlatNode[],
  factory: NodeFactory,
): NodeId | undefined {
  const [left, right] = nodes;
  const ones = (1n << BigInt(width)) - 1n;
  const [a, b] = [at(operands, 0), at(operands, 1)];
  if (right?.kind === "constant")
    return withConstant(operator, ones, { value: a, known: right.value, constant: b });
  if (left?.kind === "constant" && operator !== "sub")
    return withConstant(operator, ones, { value: b, known: left.value, constant: a });
  if (a !== b) return undefined;
  if (operator === "and" || operator === "or") return a;
  return operator === "xor" || operator === "sub" ? factory.constant(width, 0n) : undefined;
}

interface HalfKnown {
  readonly value: NodeId;
  readonly constant: NodeId;
  /** The value of `constant`. */
  readonly known: bigint;
}

function withConstant(
  operator: FlatOperation["operator"],
  ones: bigint,
  { value, known, constant }: HalfKnown,
): NodeId | undefined {
  if (known === 0n) return operator === "and" || operator === "mul" ? constant : value;
  if (known === ones && operator === "and") return value;
  if (known === ones && operator === "or") return constant;
  return known === 1n && operator === "mul" ? value : undefined;
}
