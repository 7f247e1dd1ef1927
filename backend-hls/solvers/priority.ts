import { at } from "../../ir/index.ts";
import type { Graph } from "../problem/graph.ts";
import type { OperationId } from "../problem/problem.ts";
import type { RankedOperations } from "./components.ts";

/**
 * The most urgent operation first: the one with the longest way to the end. A recurrence counts as
 * urgent as its most urgent operation and is kept together.
 */
export function orderByUrgency(
  graph: Graph,
  ranked: RankedOperations,
  ops: readonly OperationId[],
): OperationId[] {
  const height = heights(graph, ranked);
  const tallest = new Float64Array(ranked.components.length);
  for (let op = 0; op < graph.size; op++) {
    const component = at(ranked.componentByOp, op);
    tallest[component] = Math.max(at(tallest, component), at(height, op));
  }
  const component = (op: OperationId): number => at(ranked.componentByOp, op);
  return [...ops].sort(
    (a, b) =>
      at(tallest, component(b)) - at(tallest, component(a)) ||
      component(a) - component(b) ||
      at(ranked.rankByOp, a) - at(ranked.rankByOp, b),
  );
}

/** Recurrences choose before anything that can wait takes their units; otherwise by urgency. */
export function orderRecurrencesFirst(
  graph: Graph,
  ranked: RankedOperations,
  ops: readonly OperationId[],
): OperationId[] {
  const inRecurrence = (op: OperationId): boolean =>
    at(ranked.components, at(ranked.componentByOp, op)).backEdges > 0;
  const ordered = orderByUrgency(graph, ranked, ops);
  return [...ordered.filter(inRecurrence), ...ordered.filter((op) => !inRecurrence(op))];
}

/** In the order of the starts of an earlier attempt. */
export function orderByStart(times: Float64Array, ops: readonly OperationId[]): OperationId[] {
  return [...ops].sort((a, b) => at(times, a) - at(times, b) || a - b);
}

/** Picoseconds from an operation's start to the end of the longest path from it, chaining included. */
function heights(graph: Graph, ranked: RankedOperations): Float64Array {
  const height = new Float64Array(graph.size);
  for (let rank = graph.size - 1; rank >= 0; rank--) {
    const op = at(ranked.opByRank, rank);
    const own = at(graph.exitPs, op);
    let longest = at(graph.latency, op) * graph.periodPs + own;
    for (const { to, cycles, isData } of at(graph.outgoing, op)) {
      if (at(ranked.rankByOp, to) <= rank) continue;
      longest = Math.max(longest, cycles * graph.periodPs + (isData ? own : 0) + at(height, to));
    }
    height[op] = longest;
  }
  return height;
}
