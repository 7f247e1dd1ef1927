import { at } from "../../ir/index.ts";
import { CYCLE, cycleOf } from "../problem/clock-time.ts";
import { buildGraph, type Graph, occupiedCycles, placeTime, readyTime } from "../problem/graph.ts";
import type { Problem } from "../problem/problem.ts";

/**
 * Test support: whether any schedule exists at an interval, by trying all start cycles up to a
 * horizon. Shares no search with the solvers: cycles are enumerated, places within a cycle follow.
 */
export function existsSchedule(problem: Problem, ii: number): boolean {
  const graph = buildGraph(problem);
  const slack = problem.operations.reduce((sum, { id }) => sum + occupiedCycles(graph, id) + ii, 0);
  const horizon = Math.min(slack, 3 * ii + 12);
  const cycles: number[] = [];
  const extend = (): boolean => {
    if (cycles.length === graph.size) return fitsWithinCycles(graph, cycles, ii);
    for (let cycle = 0; cycle < horizon; cycle++) {
      cycles.push(cycle);
      if (mayContinue(graph, cycles, ii) && extend()) return true;
      cycles.pop();
    }
    return false;
  };
  return extend();
}

/** Whole cycles only: a necessary condition on the operations placed so far. */
function mayContinue(graph: Graph, cycles: readonly number[], ii: number): boolean {
  const known = (op: number): boolean => op < cycles.length;
  const last = cycles.length - 1;
  for (const { from, to, distance, cycles: wait } of graph.edges) {
    if (!known(from) || !known(to) || (from !== last && to !== last)) continue;
    if (at(cycles, to) + ii * distance < at(cycles, from) + wait) return false;
  }
  const resource = at(graph.resource, last);
  if (resource < 0) return true;
  const rivals = cycles.filter(
    (cycle, op) => at(graph.resource, op) === resource && (cycle - at(cycles, last)) % ii === 0,
  );
  return rivals.length <= at(graph.problem.resources, resource).units;
}

function fitsWithinCycles(graph: Graph, cycles: readonly number[], ii: number): boolean {
  const times = cycles.map((cycle) => cycle * CYCLE);
  for (let round = 0; round <= graph.size; round++) {
    let changed = false;
    for (const edge of graph.edges) {
      const ready = readyTime(graph, edge, at(times, edge.from)) - ii * edge.distance * CYCLE;
      if (ready <= at(times, edge.to)) continue;
      const placed = placeTime(graph, edge.to, ready);
      if (cycleOf(placed) > at(cycles, edge.to)) return false;
      times[edge.to] = placed;
      changed = true;
    }
    if (!changed) return true;
  }
  return false;
}
