import { at, CompilerBug, unreachable } from "../support/bug.ts";
import type { BitGraph, BitNode, LogicKind } from "./bit-ops-record.ts";

/** Node values while a compiled graph runs, one slot per node. */
type Slots = Float64Array;
type Step = (slots: Slots) => void;

/**
 * Turns a recorded graph into a function on numbers (unsigned, in and out), about a hundred times faster than the
 * bigint algebra. Vectors may have up to 52 bits; products must not exceed 52 bits, or wrap within 32.
 */
export function compileGraph(graph: BitGraph): (...args: number[]) => number {
  const slots = new Float64Array(graph.nodes.length);
  const steps: Step[] = [];
  graph.nodes.forEach((node, index) => {
    if (node.width > 52)
      throw new CompilerBug(`a vector of ${String(node.width)} bits does not fit a number`);
    if (node.kind === "constant") slots[index] = Number(node.value);
    else if (node.kind !== "input") steps.push(compileNode(graph, node, index));
  });
  const inputs = graph.nodes.flatMap((node, index) => (node.kind === "input" ? [index] : []));
  return (...args) => {
    for (let i = 0; i < inputs.length; i++) slots[inputs[i] ?? 0] = args[i] ?? 0;
    for (const step of steps) step(slots);
    return slots[graph.result] ?? 0;
  };
}

function compileNode(graph: BitGraph, node: BitNode, to: number): Step {
  const [a, b, c] = [node.operands[0] ?? 0, node.operands[1] ?? 0, node.operands[2] ?? 0];
  switch (node.kind) {
    case "input":
    case "constant":
      throw new CompilerBug("inputs and constants have no step");
    case "extract":
      return extractStep(a, node.low, node.width, to);
    case "concat":
      return concatStep(
        node.operands.map((index) => ({ index, width: at(graph.nodes, index).width })),
        to,
      );
    case "table": {
      const values = Float64Array.from(node.values, Number);
      return (s) => {
        s[to] = values[s[a] ?? 0] ?? 0;
      };
    }
    case "logic": {
      if (node.operation === "mux") {
        return (s) => {
          s[to] = (s[a] === 1 ? s[b] : s[c]) ?? 0;
        };
      }
      const operation = operationOf(node.operation, at(graph.nodes, a).width);
      return (s) => {
        s[to] = operation(s[a] ?? 0, s[b] ?? 0);
      };
    }
    default:
      return unreachable(node);
  }
}

function extractStep(from: number, low: number, width: number, to: number): Step {
  const [divisor, modulus] = [2 ** low, 2 ** width];
  return (s) => {
    s[to] = Math.floor((s[from] ?? 0) / divisor) % modulus;
  };
}

function concatStep(parts: readonly { index: number; width: number }[], to: number): Step {
  const indices = Int32Array.from(parts, (part) => part.index);
  const factors = Float64Array.from(parts, (part) => 2 ** part.width);
  return (s) => {
    let value = 0;
    for (let i = 0; i < indices.length; i++) value = value * (factors[i] ?? 0) + (s[indices[i] ?? 0] ?? 0);
    s[to] = value;
  };
}

type Operation = (a: number, b: number) => number;
type BinaryKind = Exclude<LogicKind, "mux">;

function operationOf(kind: BinaryKind, width: number): Operation {
  return width <= 32 ? narrowOperations(width)[kind] : wideOperations(width)[kind];
}

/** Operations whose first operand has at most 32 bits. */
function narrowOperations(width: number): Record<BinaryKind, Operation> {
  const mask = width === 32 ? -1 : 2 ** width - 1;
  const unused = 32 - width;
  return {
    add: (a, b) => ((a + b) & mask) >>> 0,
    sub: (a, b) => ((a - b) & mask) >>> 0,
    mul: (a, b) => (Math.imul(a, b) & mask) >>> 0,
    and: (a, b) => (a & b) >>> 0,
    or: (a, b) => (a | b) >>> 0,
    xor: (a, b) => (a ^ b) >>> 0,
    not: (a) => (~a & mask) >>> 0,
    shl: (a, amount) => (amount >= width ? 0 : ((a << amount) & mask) >>> 0),
    shr: (a, amount) => (amount >= width ? 0 : a >>> amount),
    eq: (a, b) => (a === b ? 1 : 0),
    ult: (a, b) => (a < b ? 1 : 0),
    slt: (a, b) => (a << unused < b << unused ? 1 : 0),
  };
}

/** Operations whose first operand has 33 to 52 bits. */
function wideOperations(width: number): Record<BinaryKind, Operation> {
  const modulus = 2 ** width;
  const signed = (a: number): number => (a >= modulus / 2 ? a - modulus : a);
  const bitwise =
    (combine: Operation): Operation =>
    (a, b) =>
      (combine(Math.floor(a / 2 ** 32), Math.floor(b / 2 ** 32)) >>> 0) * 2 ** 32 +
      (combine(a % 2 ** 32, b % 2 ** 32) >>> 0);
  return {
    add: (a, b) => (a + b) % modulus,
    sub: (a, b) => (a >= b ? a - b : a - b + modulus),
    mul: (a, b) => exactProduct(a, b) % modulus,
    and: bitwise((a, b) => a & b),
    or: bitwise((a, b) => a | b),
    xor: bitwise((a, b) => a ^ b),
    not: (a) => modulus - 1 - a,
    shl: (a, amount) => (amount >= width ? 0 : (a * 2 ** amount) % modulus),
    shr: (a, amount) => (amount >= width ? 0 : Math.floor(a / 2 ** amount)),
    eq: (a, b) => (a === b ? 1 : 0),
    ult: (a, b) => (a < b ? 1 : 0),
    slt: (a, b) => (signed(a) < signed(b) ? 1 : 0),
  };
}

function exactProduct(a: number, b: number): number {
  const product = a * b;
  if (product >= 2 ** 52) throw new CompilerBug("a product does not fit a number");
  return product;
}
