import { at } from "../../ir/index.ts";
import { checkProblem } from "../problem/check.ts";
import { buildGraph } from "../problem/graph.ts";
import type { Problem } from "../problem/problem.ts";
import type { SolveResult } from "../problem/schedule.ts";
import { rankOperations } from "./components.ts";
import { EarliestTimes } from "./earliest-times.ts";
import { boundTooLarge, finishSchedule, invalidProblem } from "./finish-schedule.ts";
import { findRecurrenceMinimum } from "./recurrence.ts";
import { shortenLifetimes } from "./shorten-lifetimes.ts";

/**
 * Cuts a function into pipeline stages: a start every cycle, as many units as there are operations,
 * the smallest depth, and then as few waiting bits as local moves find.
 *
 * Operations without predecessors (the arguments) all stay in cycle 0. Fails when a loop-carried
 * dependence needs more than one cycle.
 */
export function scheduleAsap(problem: Problem): SolveResult {
  const violations = checkProblem(problem);
  if (violations.length > 0) return invalidProblem(violations);
  const graph = buildGraph(problem);
  const ranked = rankOperations(graph);
  const times = new EarliestTimes(graph, ranked, 1);
  if (!times.settleAll()) {
    const { bound } = findRecurrenceMinimum(graph, ranked, graph.edges.length + 1);
    return boundTooLarge(problem, bound ?? { kind: "none" }, 1);
  }
  const isAnchored = (op: number): boolean => at(graph.incoming, op).length === 0;
  const start = shortenLifetimes(graph, times.start, { ii: 1, opByRank: ranked.opByRank, isAnchored });
  return finishSchedule(graph, start, 1, { kind: "none" });
}
