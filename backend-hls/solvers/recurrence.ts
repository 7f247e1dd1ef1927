import { at } from "../../ir/index.ts";
import { cycleOf, psOf } from "../problem/clock-time.ts";
import { type Edge, type Graph, placeTime, readyTime } from "../problem/graph.ts";
import type { RecurrenceBound } from "../problem/schedule.ts";
import type { RankedOperations } from "./components.ts";
import { EarliestTimes } from "./earliest-times.ts";

/** The smallest interval that all recurrences allow, and the one that needs it. */
export interface RecurrenceMinimum {
  /** RecMII; `maxIi + 1` when some recurrence needs more than `maxIi`. */
  readonly ii: number;
  /** Absent when every recurrence fits an interval of 1. */
  readonly bound: RecurrenceBound | undefined;
}

/**
 * RecMII by exact test: each strongly connected component is settled at an interval, which is
 * raised by bisection while it does not fit. Chaining counts: combinational operations of a
 * recurrence share a cycle as far as the period allows.
 */
export function findRecurrenceMinimum(
  graph: Graph,
  ranked: RankedOperations,
  maxIi: number,
): RecurrenceMinimum {
  let ii = 1;
  let binding: readonly Edge[] = [];
  ranked.components.forEach(({ backEdges }, component) => {
    if (backEdges === 0 || ii > maxIi) return;
    const diverging = (interval: number): readonly Edge[] | undefined =>
      new EarliestTimes(graph, ranked, interval).settleComponent(component);
    if (diverging(ii) === undefined) return;
    ii = bisect(ii + 1, maxIi, (interval) => diverging(interval) === undefined);
    binding = diverging(ii - 1) ?? [];
  });
  return { ii, bound: binding.length === 0 ? undefined : describeRecurrence(graph, binding) };
}

/** The smallest number in low..high that passes; `high + 1` when none does. */
function bisect(low: number, high: number, passes: (value: number) => boolean): number {
  let first = low;
  let end = high + 1;
  while (first < end) {
    const middle = Math.floor((first + end) / 2);
    if (passes(middle)) end = middle;
    else first = middle + 1;
  }
  return first;
}

/** Trips are tried from this many operations of the recurrence; a long one is rarely the closest. */
const MAX_ROTATIONS = 64;

function describeRecurrence(graph: Graph, cycle: readonly Edge[]): RecurrenceBound {
  let cycles = Infinity;
  for (let first = 0; first < Math.min(cycle.length, MAX_ROTATIONS); first++) {
    cycles = Math.min(cycles, tripCycles(graph, [...cycle.slice(first), ...cycle.slice(0, first)]));
  }
  return {
    kind: "recurrence",
    ops: cycle.map(({ from }) => from),
    cycles,
    distance: cycle.reduce((sum, { distance }) => sum + distance, 0),
  };
}

/** Trips in a row: the place within the cycle at which a trip closes shows after the first. */
const TRIPS = 3;

/** Cycles from one start of the first operation to its next, at the place in the cycle that suits best. */
function tripCycles(graph: Graph, cycle: readonly Edge[]): number {
  const first = at(cycle, 0).from;
  let begin = 0;
  let fewest = Infinity;
  for (let trip = 0; trip < TRIPS; trip++) {
    let time = begin;
    for (const edge of cycle) time = readyTime(graph, edge, placeTime(graph, edge.from, time));
    const again = placeTime(graph, first, time);
    fewest = Math.min(fewest, cycleOf(again) - cycleOf(begin) + (psOf(again) > psOf(begin) ? 1 : 0));
    begin = again;
  }
  return fewest;
}

/** A trip around a recurrence in cycles, as a reader counts them; see {@link RecurrenceBound}. */
export function recurrenceIi({ cycles, distance }: RecurrenceBound): number {
  return Math.ceil(cycles / distance);
}
