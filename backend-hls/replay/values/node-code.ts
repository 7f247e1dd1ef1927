import {
  at,
  CompilerBug,
  FLOAT_PRIMITIVES,
  type FloatPrimitive,
  scalarWidth,
  unreachable,
} from "../../../ir/index.ts";
import type { BinaryOperator, KernelGraph, KernelNode, NodeId, NodeOp } from "../../kernel/node.ts";
import { COMPARISON_SYMBOLS } from "../comparison-symbols.ts";

/** Values of up to this many bits are numbers, wider ones big integers. */
export const NARROW = 32;

/** How a node that is not computed from its arguments alone is read. */
export interface NodeSources {
  readonly load: (node: KernelNode) => string;
  readonly read: (node: KernelNode) => string;
}

/** The value of a node as JavaScript: `n<id>`, `C[]` counters, `F[]` fields of the command; helpers in `H`. */
export function nodeText(graph: KernelGraph, node: KernelNode, sources: NodeSources): string {
  const { op, width } = node;
  switch (op.kind) {
    case "constant":
      return width <= NARROW ? String(op.value) : `${String(op.value)}n`;
    case "counter":
      return width <= NARROW ? cut(`C[${String(op.loop)}]`, width) : `BigInt(C[${String(op.loop)}])`;
    case "field":
      return `F[${String(op.index)}]`;
    case "load":
      return sources.load(node);
    case "read":
      return sources.read(node);
    case "float":
      return floatText(node, FLOAT_PRIMITIVES[op.primitive], op.primitive);
    case "store":
    case "write":
    case "done":
      throw new CompilerBug(`an effect of kernel ${graph.name} is used as a value`);
    case "select":
      return `(${name(node, 0)} ? ${name(node, 1)} : ${name(node, 2)})`;
    case "join":
      return joinText(graph, node.args, width);
    case "binary":
    case "compare":
    case "extend":
    case "slice":
      return isNarrow(graph, node) ? narrowText(graph, node, op) : wideText(graph, node, op);
    default:
      return unreachable(op);
  }
}

function name({ args }: KernelNode, index: number): string {
  return `n${String(at(args, index))}`;
}

function isNarrow(graph: KernelGraph, { width, args }: KernelNode): boolean {
  return width <= NARROW && args.every((arg) => at(graph.nodes, arg).width <= NARROW);
}

function cut(text: string, width: number): string {
  return width === 32 ? `((${text}) >>> 0)` : `((${text}) & ${String(2 ** width - 1)})`;
}

function signedText(text: string, width: number): string {
  return width === 32 ? `(${text} | 0)` : `(${text} << ${String(32 - width)} >> ${String(32 - width)})`;
}

type Arithmetic = Extract<NodeOp, { readonly kind: "binary" | "compare" | "extend" | "slice" }>;

function narrowText(graph: KernelGraph, node: KernelNode, op: Arithmetic): string {
  const { width } = node;
  const signed = (index: number): string =>
    signedText(name(node, index), at(graph.nodes, at(node.args, index)).width);
  switch (op.kind) {
    case "binary":
      return op.operator === "mul"
        ? cut(`Math.imul(${signed(0)}, ${signed(1)})`, width)
        : binaryText(op.operator, [name(node, 0), name(node, 1)], width);
    case "compare": {
      const isSigned = op.predicate.startsWith("s");
      const [a, b] = isSigned ? [signed(0), signed(1)] : [name(node, 0), name(node, 1)];
      return `(${a} ${COMPARISON_SYMBOLS[op.predicate]} ${b} ? 1 : 0)`;
    }
    case "extend":
      return cut(signed(0), width);
    case "slice":
      return cut(`${name(node, 0)} >>> ${String(op.low)}`, width);
    default:
      return unreachable(op);
  }
}

function binaryText(
  operator: Exclude<BinaryOperator, "mul">,
  [a, b]: readonly [string, string],
  width: number,
): string {
  switch (operator) {
    case "add":
      return cut(`${a} + ${b}`, width);
    case "sub":
      return cut(`${a} - ${b}`, width);
    case "and":
      return cut(`${a} & ${b}`, width);
    case "or":
      return cut(`${a} | ${b}`, width);
    case "xor":
      return cut(`${a} ^ ${b}`, width);
    case "shl":
      return `(${b} >= ${String(width)} ? 0 : ${cut(`${a} << ${b}`, width)})`;
    case "shru":
      return `(${b} >= ${String(width)} ? 0 : ${a} >>> ${b})`;
    case "shrs":
      return cut(`${signedText(a, width)} >> Math.min(${b}, 31)`, width);
    default:
      return unreachable(operator);
  }
}

/** A node with an operand or a result of more than 32 bits. */
function wideText(graph: KernelGraph, node: KernelNode, op: Arithmetic): string {
  const { width } = node;
  const widthOf = (index: number): number => at(graph.nodes, at(node.args, index)).width;
  const bits = (index: number): string => bigText(name(node, index), widthOf(index));
  const signed = (index: number): string => `BigInt.asIntN(${String(widthOf(index))}, ${bits(index)})`;
  const shorten = (text: string): string => fitText(text, width);
  switch (op.kind) {
    case "binary":
      return op.operator === "mul"
        ? shorten(`${signed(0)} * ${signed(1)}`)
        : shorten(`H.binary("${op.operator}", ${bits(0)}, ${bits(1)}, ${String(width)})`);
    case "compare":
      return `(H.compare("${op.predicate}", ${bits(0)}, ${bits(1)}, ${String(widthOf(0))}) ? 1 : 0)`;
    case "extend":
      return shorten(signed(0));
    case "slice":
      return shorten(`${bits(0)} >> ${String(op.low)}n`);
    default:
      return unreachable(op);
  }
}

/** A value as a big integer. */
export function bigText(text: string, width: number): string {
  return width <= NARROW ? `BigInt(${text})` : text;
}

/** A big integer as a value of `width` bits. */
export function fitText(text: string, width: number): string {
  const bits = `BigInt.asUintN(${String(width)}, ${text})`;
  return width <= NARROW ? `Number(${bits})` : bits;
}

/** Nodes side by side, the first in the low bits. */
export function joinText(graph: KernelGraph, parts: readonly NodeId[], width: number): string {
  let low = 0;
  const terms = parts.map((part) => {
    const { width: size } = at(graph.nodes, part);
    const text = width <= NARROW ? `n${String(part)}` : bigText(`n${String(part)}`, size);
    const term =
      low === 0 ? text : width <= NARROW ? `(${text} << ${String(low)})` : `(${text} << ${String(low)}n)`;
    low += size;
    return term;
  });
  return width <= NARROW ? `((${terms.join(" | ")}) >>> 0)` : `(${terms.join(" | ")})`;
}

function signedNumber(text: string, width: number): string {
  return width <= NARROW ? signedText(text, width) : `Number(BigInt.asIntN(${String(width)}, ${text}))`;
}

function floatText(node: KernelNode, { operands, result }: FloatPrimitive, primitive: string): string {
  const values = operands.map((type, index) => floatOperand(type, name(node, index)));
  const text = `H.primitives.${primitive}.evaluate(${values.join(", ")})`;
  if (result === "f32") return `H.bits(${text})`;
  return result === "bf16" || result === "f16" ? `H.${result}.encode(${text})` : cut(text, node.width);
}

/** The number that a primitive's operand is. */
function floatOperand(type: FloatPrimitive["operands"][number], word: string): string {
  switch (type) {
    case "f32":
      return `H.float(${word})`;
    case "bf16":
    case "f16":
      return `H.${type}.decode(${word})`;
    case "i1":
      return word;
    case "i8":
    case "i16":
    case "i32":
    case "i40":
      return signedNumber(word, scalarWidth(type));
    default:
      return unreachable(type);
  }
}
