import { checkProblem } from "../problem/check.ts";
import { buildGraph, type Graph } from "../problem/graph.ts";
import type { Problem } from "../problem/problem.ts";
import type { Bound, RecurrenceBound, ResourceBound, SolveResult } from "../problem/schedule.ts";
import { assignUnits, constrainedOps } from "./assign-units.ts";
import { type RankedOperations, rankOperations } from "./components.ts";
import { boundTooLarge, finishSchedule, invalidProblem, spanOf } from "./finish-schedule.ts";
import { orderByStart, orderByUrgency, orderRecurrencesFirst } from "./priority.ts";
import { findRecurrenceMinimum } from "./recurrence.ts";
import { findResourceMinimum } from "./resource-minimum.ts";
import { shortenLifetimes } from "./shorten-lifetimes.ts";

export interface ModuloOptions {
  /** Intervals above this one are not tried. */
  readonly maxIi: number;
  /** Smaller intervals are not tried: a loop that is not the bottleneck may share units. */
  readonly targetIi?: number;
}

/** Problems with at most this many operations on units are searched until the answer is certain... */
const EXACT_OPS = 12;
/** ...or this many dependences have been looked at (some 50 ms). */
const EXACT_WORK = 2_000_000;
/** What one interval's first attempts may look at, per dependence of the problem, before moving on. */
const WORK_PER_EDGE = 60;

/**
 * Software pipelining: the smallest initiation interval from `max(ResMII, RecMII, targetIi)` on
 * for which units can be assigned, the smallest depth found for it, then few waiting bits.
 *
 * After Rau 1994 (minimum intervals, most urgent operation first) and Zhang and Liu 2013 (starts
 * as the solution of a difference system, units as added constraints); RATIONALE.md says why.
 */
export function scheduleModulo(problem: Problem, { maxIi, targetIi = 1 }: ModuloOptions): SolveResult {
  const violations = checkProblem(problem);
  if (violations.length > 0) return invalidProblem(violations);
  const graph = buildGraph(problem);
  const ranked = rankOperations(graph);
  const byResource = findResourceMinimum(graph);
  const byRecurrence = findRecurrenceMinimum(graph, ranked, maxIi);
  const minimum = Math.max(byResource.ii, byRecurrence.ii);
  const bounds = [byRecurrence.bound, byResource.bound].filter((bound) => bound !== undefined);
  if (minimum > maxIi)
    return boundTooLarge(problem, boundAt(byRecurrence.ii, byRecurrence.bound, byResource.bound), maxIi);
  const first = Math.max(minimum, targetIi);
  for (let ii = first; ii <= maxIi; ii++) {
    const times = findStarts(graph, ranked, ii);
    if (times === undefined) continue;
    const start = shortenLifetimes(graph, times, { ii, opByRank: ranked.opByRank, isAnchored: () => false });
    const bound: Bound =
      ii > first
        ? { kind: "combined", bounds }
        : ii > minimum
          ? { kind: "none" }
          : boundAt(byRecurrence.ii, byRecurrence.bound, byResource.bound);
    return finishSchedule(graph, start, ii, bound);
  }
  return boundTooLarge(problem, { kind: "combined", bounds }, maxIi);
}

/** Earliest starts with units assigned at one interval; tries a few orders, keeps the shallowest. */
function findStarts(graph: Graph, ranked: RankedOperations, ii: number): Float64Array | undefined {
  const ops = constrainedOps(graph);
  const work = WORK_PER_EDGE * (graph.edges.length + graph.size);
  const urgent = orderByUrgency(graph, ranked, ops);
  const guarded = orderRecurrencesFirst(graph, ranked, ops);
  const found =
    assignUnits(graph, ranked, ii, { order: urgent, maxWork: work }) ??
    assignUnits(graph, ranked, ii, { order: guarded, maxWork: ops.length <= EXACT_OPS ? EXACT_WORK : work });
  if (found === undefined || ops.length === 0) return found;
  const again = assignUnits(graph, ranked, ii, { order: orderByStart(found, ops), maxWork: work });
  return again !== undefined && spanOf(graph, again) < spanOf(graph, found) ? again : found;
}

/** The bound that makes a minimum: the recurrence where it asks for as much as the resource. */
function boundAt(
  recurrenceIi: number,
  recurrence: RecurrenceBound | undefined,
  resource: ResourceBound | undefined,
): Bound {
  const resourceIi = resource === undefined ? 1 : Math.ceil(resource.uses / resource.units);
  const bound = recurrence !== undefined && recurrenceIi >= resourceIi ? recurrence : resource;
  return bound ?? { kind: "none" };
}
