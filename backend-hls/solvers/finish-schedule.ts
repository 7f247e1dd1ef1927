import { at } from "../../ir/index.ts";
import { cycleOf, psOf } from "../problem/clock-time.ts";
import type { Graph } from "../problem/graph.ts";
import { printBound } from "../problem/print.ts";
import type { Problem } from "../problem/problem.ts";
import type { Bound, Infeasible, Schedule } from "../problem/schedule.ts";
import { depthOf } from "../problem/verify.ts";
import type { Violation } from "../problem/violation.ts";

/** Turns clock times into a schedule whose first operation starts in cycle 0. */
export function finishSchedule(graph: Graph, times: Float64Array, ii: number, bound: Bound): Schedule {
  const first = times.reduce(
    (least, time) => Math.min(least, cycleOf(time)),
    graph.size === 0 ? 0 : Infinity,
  );
  const start = Array.from(times, (time) => cycleOf(time) - first);
  const startPs = Array.from(times, psOf);
  return { kind: "schedule", ii, start, startPs, depthCycles: depthOf(graph, start), bound };
}

/** Cycles from the first start to the end of the last operation. */
export function spanOf(graph: Graph, times: Float64Array): number {
  return finishSchedule(graph, times, 1, { kind: "none" }).depthCycles;
}

/** The answer to a problem that does not pass its check. */
export function invalidProblem(violations: readonly Violation[]): Infeasible {
  const message = `the problem is malformed: ${at(violations, 0).message}`;
  return { kind: "infeasible", reason: { kind: "invalid", violations }, message };
}

/** The answer when no interval up to the largest allowed one was found. */
export function boundTooLarge(problem: Problem, reason: Bound, maxIi: number): Infeasible {
  return {
    kind: "infeasible",
    reason,
    message: `no initiation interval up to ${maxIi}: ${printBound(problem, reason)}`,
  };
}
