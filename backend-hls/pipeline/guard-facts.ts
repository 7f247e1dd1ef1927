import { at, type IcmpPredicate } from "../../ir/index.ts";
import { asConstant, linearAdd, linearConstant, linearCounter, linearScale } from "../kernel/linear.ts";
import type { KernelGraph, Linear, NodeId } from "../kernel/node.ts";
import { conjuncts } from "./guarded-loops.ts";

/** Sums of counters that are at least zero wherever an effect under `predicate` happens; what cannot be told is left out. */
export function guardFacts(graph: KernelGraph, predicate: NodeId | undefined): readonly Linear[] {
  if (predicate === undefined) return [];
  return conjuncts(graph, predicate).flatMap((term) => factsOf(graph, term, true));
}

/** What a comparison of sums of counters says where it holds, or where it does not. */
function factsOf(graph: KernelGraph, id: NodeId, holds: boolean): readonly Linear[] {
  const { op, args, width } = at(graph.nodes, id);
  if (op.kind === "binary" && op.operator === "xor" && width === 1) {
    const [inner, ones] = [at(args, 0), at(graph.nodes, at(args, 1))];
    return ones.op.kind === "constant" && ones.op.value === 1n ? factsOf(graph, inner, !holds) : [];
  }
  if (op.kind !== "compare") return [];
  const [left, right] = [sumOf(graph, at(args, 0)), sumOf(graph, at(args, 1))];
  if (left === undefined || right === undefined) return [];
  const above = linearAdd(left, linearScale(right, -1));
  return ordered(op.predicate, above, holds);
}

/** What is at least zero where `above` compares so with zero, or where it does not. */
function ordered(predicate: IcmpPredicate, above: Linear, holds: boolean): readonly Linear[] {
  const below = linearScale(above, -1);
  const strictly = (sum: Linear): Linear => linearAdd(sum, linearConstant(-1));
  if (predicate === "sge") return [holds ? above : strictly(below)];
  if (predicate === "sgt") return [holds ? strictly(above) : below];
  if (predicate === "sle") return [holds ? below : strictly(above)];
  if (predicate === "slt") return [holds ? strictly(below) : above];
  return predicate === (holds ? "eq" : "ne") ? [above, below] : [];
}

/** Widest numbers that are followed: below it no sum of counters wraps around. */
const WIDEST = 31;

/** A node as a sum of counters; undefined where it is none. */
function sumOf(graph: KernelGraph, id: NodeId): Linear | undefined {
  const { op, args, width } = at(graph.nodes, id);
  if (width > WIDEST) return undefined;
  const arg = (place: number): Linear | undefined => sumOf(graph, at(args, place));
  if (op.kind === "constant") return linearConstant(Number(BigInt.asIntN(width, op.value)));
  if (op.kind === "counter") return linearCounter(op.loop);
  if (op.kind === "extend") return arg(0);
  if (op.kind === "join") return shifted(graph, args);
  return op.kind === "binary" ? combined(op.operator, arg(0), arg(1)) : undefined;
}

/** Zeros below a number: the number times a power of two. */
function shifted(graph: KernelGraph, args: readonly NodeId[]): Linear | undefined {
  const [low, high, ...others] = args;
  if (low === undefined || high === undefined || others.length > 0) return undefined;
  const { op, width } = at(graph.nodes, low);
  const sum = op.kind === "constant" && op.value === 0n ? sumOf(graph, high) : undefined;
  return sum === undefined ? undefined : linearScale(sum, 2 ** width);
}

function combined(operator: string, left: Linear | undefined, right: Linear | undefined): Linear | undefined {
  if (left === undefined || right === undefined) return undefined;
  if (operator === "add") return linearAdd(left, right);
  if (operator === "sub") return linearAdd(left, linearScale(right, -1));
  const factor = operator === "mul" ? asConstant(right) : undefined;
  return factor === undefined ? undefined : linearScale(left, factor);
}
