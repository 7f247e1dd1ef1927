import { at } from "../../ir/index.ts";
import type { Graph } from "../problem/graph.ts";
import type { OperationId } from "../problem/problem.ts";
import { orderWithinIteration } from "../problem/topological-order.ts";

/**
 * The operations in an order in which every dependence leads forward, except those within a
 * recurrence: strongly connected components are contiguous and in topological order, and
 * operations within one follow its dependences of distance 0.
 */
export interface RankedOperations {
  readonly opByRank: Int32Array;
  readonly rankByOp: Int32Array;
  readonly componentByOp: Int32Array;
  readonly components: readonly Component[];
}

export interface Component {
  readonly firstRank: number;
  readonly lastRank: number;
  /** Dependences within the component that lead backwards in rank; 0 when it is no recurrence. */
  readonly backEdges: number;
}

/** Ranks the operations of a graph; linear but for one sort. */
export function rankOperations(graph: Graph): RankedOperations {
  const componentByOp = findComponents(graph);
  const opByRank = Int32Array.from(rankedOps(graph, componentByOp));
  const rankByOp = new Int32Array(graph.size);
  opByRank.forEach((op, rank) => {
    rankByOp[op] = rank;
  });
  const backEdges = new Map<number, number>();
  for (const { from, to } of graph.edges) {
    if (at(rankByOp, to) > at(rankByOp, from)) continue;
    const component = at(componentByOp, from);
    backEdges.set(component, (backEdges.get(component) ?? 0) + 1);
  }
  const components: Component[] = [];
  for (let rank = 0; rank < graph.size; ) {
    const component = at(componentByOp, at(opByRank, rank));
    const firstRank = rank;
    while (rank < graph.size && at(componentByOp, at(opByRank, rank)) === component) rank++;
    components.push({ firstRank, lastRank: rank - 1, backEdges: backEdges.get(component) ?? 0 });
  }
  return { opByRank, rankByOp, componentByOp, components };
}

function rankedOps(graph: Graph, componentByOp: Int32Array): OperationId[] {
  const order = orderWithinIteration(graph.size, graph.edges);
  return [...order.ops].sort((a, b) => at(componentByOp, a) - at(componentByOp, b)); // stable
}

/** Tarjan's algorithm without recursion; components are numbered in topological order. */
function findComponents(graph: Graph): Int32Array {
  const { size, outgoing } = graph;
  const found = new Int32Array(size); // 1 + time of discovery
  const lowest = new Int32Array(size);
  const nextEdge = new Int32Array(size);
  const finished = new Int32Array(size); // 1 + number in reverse topological order
  const open: number[] = [];
  let time = 0;
  let count = 0;
  const closeComponent = (root: number): void => {
    count++;
    for (let op = -1; op !== root; ) {
      op = open.pop() ?? root;
      finished[op] = count;
    }
  };
  const explore = (root: OperationId): void => {
    const path = [root];
    while (path.length > 0) {
      const op = at(path, path.length - 1);
      if (at(found, op) === 0) {
        time++;
        found[op] = time;
        lowest[op] = time;
        open.push(op);
      }
      const edge = at(outgoing, op)[at(nextEdge, op)];
      if (edge !== undefined) {
        nextEdge[op] = at(nextEdge, op) + 1;
        const isOpen = at(found, edge.to) > 0 && at(finished, edge.to) === 0;
        if (isOpen) lowest[op] = Math.min(at(lowest, op), at(found, edge.to));
        if (at(found, edge.to) === 0) path.push(edge.to);
        continue;
      }
      path.pop();
      const parent = path[path.length - 1];
      if (parent !== undefined) lowest[parent] = Math.min(at(lowest, parent), at(lowest, op));
      if (at(lowest, op) === at(found, op)) closeComponent(op);
    }
  };
  for (let root = 0; root < size; root++) if (at(found, root) === 0) explore(root);
  return finished.map((number) => count - number);
}
