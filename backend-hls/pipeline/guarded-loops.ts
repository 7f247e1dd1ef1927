import { at } from "../../ir/index.ts";
import type { KernelGraph, KernelLoop, NodeId } from "../kernel/node.ts";

/**
 * The loops of a command in which an effect under `predicate` happens: where the guard says that a command field exceeds a
 * number, the loop that the field bounds has more trips than that. An access of such a command meets its cell again that
 * many iterations later, which is what lets a RAM accumulate at II = 1.
 */
export function guardedLoops(graph: KernelGraph, predicate: NodeId | undefined): readonly KernelLoop[] {
  if (predicate === undefined) return graph.loops;
  const fewest = new Map(conjuncts(graph, predicate).flatMap((term) => fieldAbove(graph, term)));
  return fewest.size === 0 ? graph.loops : graph.loops.map((loop) => withFewest(loop, fewest));
}

function withFewest(loop: KernelLoop, fewest: ReadonlyMap<number, number>): KernelLoop {
  const min = loop.trip.kind === "field" ? fewest.get(loop.trip.index) : undefined;
  return loop.trip.kind === "field" && min !== undefined
    ? { ...loop, trip: { ...loop.trip, min: Math.max(1, min) } }
    : loop;
}

/** The terms of a conjunction. */
export function conjuncts(graph: KernelGraph, id: NodeId): readonly NodeId[] {
  const { op, args, width } = at(graph.nodes, id);
  const isAnd = width === 1 && op.kind === "binary" && op.operator === "and";
  return isAnd ? args.flatMap((arg) => conjuncts(graph, arg)) : [id];
}

/** `field > constant` as [field, fewest value]. */
function fieldAbove(graph: KernelGraph, id: NodeId): readonly (readonly [number, number])[] {
  const { op, args } = at(graph.nodes, id);
  if (op.kind !== "compare" || (op.predicate !== "sgt" && op.predicate !== "ugt")) return [];
  const [field, limit] = args.map((arg) => at(graph.nodes, arg));
  if (field?.op.kind !== "field" || limit?.op.kind !== "constant") return [];
  return [[field.op.index, Number(BigInt.asIntN(limit.width, limit.op.value)) + 1]];
}
