import { at } from "../../ir/index.ts";
import { checkProblem } from "../problem/check.ts";
import { CYCLE, clockTime, cycleOf } from "../problem/clock-time.ts";
import { buildGraph, type Graph, occupiedCycles, placeTime, readyTime } from "../problem/graph.ts";
import type { OperationId, Problem } from "../problem/problem.ts";
import type { SolveResult } from "../problem/schedule.ts";
import { orderWithinIteration } from "../problem/topological-order.ts";
import { finishSchedule, invalidProblem } from "./finish-schedule.ts";

/**
 * One operation after the other, as a tool makes of a program without directives: each occupies
 * its own cycles (one when combinational), and an iteration ends before the next one starts.
 * Wires (combinational, no delay, no unit) take no cycle of their own.
 *
 * `ii` equals the depth, or a little more where a loop-carried dependence asks for it.
 */
export function scheduleSequential(problem: Problem): SolveResult {
  const violations = checkProblem(problem);
  if (violations.length > 0) return invalidProblem(violations);
  const graph = buildGraph(problem);
  const start = new Float64Array(graph.size);
  let nextCycle = 0;
  for (const op of orderWithinIteration(graph.size, graph.edges).ops) {
    const ready = readyWithinIteration(graph, op, start);
    const earliest = isWire(graph, op) ? ready : Math.max(ready, clockTime(nextCycle, 0));
    start[op] = placeTime(graph, op, earliest);
    if (!isWire(graph, op)) nextCycle = cycleOf(at(start, op)) + occupiedCycles(graph, op);
  }
  const schedule = finishSchedule(graph, start, 1, { kind: "none" });
  return { ...schedule, ii: carriedInterval(graph, start, schedule.depthCycles) };
}

function isWire({ latency, exitPs, resource }: Graph, op: OperationId): boolean {
  return at(latency, op) === 0 && at(exitPs, op) === 0 && at(resource, op) < 0;
}

function readyWithinIteration(graph: Graph, op: OperationId, start: Float64Array): number {
  let ready = 0;
  for (const edge of at(graph.incoming, op)) {
    if (edge.distance === 0) ready = Math.max(ready, readyTime(graph, edge, at(start, edge.from)));
  }
  return ready;
}

/** The smallest interval from the depth on that satisfies the loop-carried dependences. */
function carriedInterval(graph: Graph, start: Float64Array, depthCycles: number): number {
  let ii = depthCycles;
  for (const edge of graph.edges) {
    if (edge.distance === 0) continue;
    const late = readyTime(graph, edge, at(start, edge.from)) - at(start, edge.to);
    ii = Math.max(ii, Math.ceil(Math.ceil(late / CYCLE) / edge.distance));
  }
  return ii;
}
