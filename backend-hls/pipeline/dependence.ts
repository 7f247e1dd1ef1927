import { at } from "../../ir/index.ts";
import { rangeOf } from "../kernel/linear.ts";
import { fewestTrips, type KernelLoop, type Linear, mostTrips } from "../kernel/node.ts";
import { type AccessSite, ExactMeeting } from "./exact-meeting.ts";

/** How two accesses of one array may meet: in the same iteration, and the fewest iterations later (undefined: never). */
export interface Meeting {
  readonly sameIteration: boolean;
  readonly carried: number | undefined;
}

/** What is known of the difference of one counter between two accesses that meet: a number, anything, or that they cannot meet. */
type Delta = number | "free" | "never";

/**
 * When iteration `j` of access `later` can touch the cell that iteration `i <= j` of `earlier` touched.
 *
 * Whether they meet at all is exact ({@link ExactMeeting}), and how soon for subscripts that each hold at most one counter,
 * or several with mixed-radix factors; otherwise counters count as free, which only makes the answer more careful. The
 * command stands as an outermost loop; `acrossCommands` false leaves it out.
 */
export function findMeeting(
  loops: readonly KernelLoop[],
  earlier: AccessSite,
  later: AccessSite,
  acrossCommands: boolean,
): Meeting {
  const deltas = counterDeltas(loops, earlier.subscripts, later.subscripts);
  if (deltas === undefined) return { sameIteration: false, carried: undefined };
  const exact = new ExactMeeting(loops, earlier, later);
  const sameIteration =
    deltas.every((delta) => delta === "free" || delta === 0) && exact.isPossible(loops.length);
  let carried: number | undefined;
  for (let level = acrossCommands ? -1 : 0; level < loops.length; level++) {
    const distance = distanceAt(level, loops, deltas);
    if (distance === undefined || (carried !== undefined && distance >= carried)) continue;
    if (exact.isPossible(level)) carried = distance;
  }
  return { sameIteration, carried };
}

/** Iterations between two accesses that first differ in loop `level` (-1: in the command). */
function distanceAt(
  level: number,
  loops: readonly KernelLoop[],
  deltas: readonly Delta[],
): number | undefined {
  const own = level < 0 ? "free" : at(deltas, level);
  if (!canFirstDifferAt(level, loops, deltas)) return undefined;
  // Free inner counters go from their last value to their first; that telescopes to one plus what bound counters add.
  let distance = 1;
  let volume = 1;
  for (let inner = loops.length - 1; inner > level; inner--) {
    const delta = at(deltas, inner);
    const reach = typeof delta === "number" ? Math.abs(delta) + 1 : 1;
    const trips = Math.max(fewestTrips(at(loops, inner)), reach);
    if (typeof delta === "number") distance += (trips - 1 + delta) * volume;
    volume *= trips;
  }
  return distance + (typeof own === "number" ? (own - 1) * volume : 0);
}

/** Whether the counters outside `level` may be equal and its own one later. */
function canFirstDifferAt(level: number, loops: readonly KernelLoop[], deltas: readonly Delta[]): boolean {
  if (deltas.slice(0, Math.max(0, level)).some((delta) => delta !== "free" && delta !== 0)) return false;
  if (level < 0) return true;
  const own = at(deltas, level);
  return own !== "never" && !(typeof own === "number" && own < 1) && mostTrips(at(loops, level)) > 1;
}

/** Per loop: counter of `later` minus counter of `earlier` where both touch one cell; undefined where they never do. */
function counterDeltas(
  loops: readonly KernelLoop[],
  earlier: readonly Linear[],
  later: readonly Linear[],
): readonly Delta[] | undefined {
  const deltas: Delta[] = loops.map(() => "free");
  for (let dim = 0; dim < earlier.length; dim++) {
    const [a, b] = [at(earlier, dim), at(later, dim)];
    if (a.opaque.size > 0 || b.opaque.size > 0) continue;
    const solved = solveDimension(loops, a, b);
    if (solved === "never") return undefined;
    for (const [loop, delta] of solved) {
      const known = at(deltas, loop);
      if (typeof known === "number" && known !== delta) return undefined;
      deltas[loop] = delta;
    }
  }
  return deltas;
}

/** The counter differences that one subscript forces: b(j) = a(i). */
function solveDimension(
  loops: readonly KernelLoop[],
  a: Linear,
  b: Linear,
): ReadonlyMap<number, number> | "never" {
  const none: ReadonlyMap<number, number> = new Map();
  const same =
    a.counters.size === b.counters.size &&
    [...a.counters].every(([loop, factor]) => b.counters.get(loop) === factor);
  const difference = a.constant - b.constant;
  if (!same) return disjoint(loops, a, b) ? "never" : none;
  if (a.counters.size === 0) return difference === 0 ? none : "never";
  if (a.counters.size === 1) return solveOne(loops, [...a.counters], difference);
  return difference === 0 && isMixedRadix(loops, a)
    ? new Map([...a.counters.keys()].map((loop) => [loop, 0]))
    : none;
}

function solveOne(
  loops: readonly KernelLoop[],
  counters: readonly (readonly [number, number])[],
  difference: number,
): ReadonlyMap<number, number> | "never" {
  const [loop, factor] = at(counters, 0);
  const steps = difference / (factor * at(loops, loop).step);
  if (!Number.isInteger(steps) || Math.abs(steps) >= mostTrips(at(loops, loop))) return "never";
  return new Map([[loop, steps]]);
}

/** Whether the sum tells its counters apart: each factor exceeds what all smaller ones can add up to. */
function isMixedRadix(loops: readonly KernelLoop[], sum: Linear): boolean {
  const terms = [...sum.counters].map(([loop, factor]) => ({
    factor: Math.abs(factor) * at(loops, loop).step,
    trips: mostTrips(at(loops, loop)),
  }));
  terms.sort((x, y) => x.factor - y.factor);
  let reach = 0;
  for (const { factor, trips } of terms) {
    if (factor <= reach) return false;
    reach += factor * (trips - 1);
  }
  return true;
}

/** Whether the ranges of two different sums have nothing in common. */
function disjoint(loops: readonly KernelLoop[], a: Linear, b: Linear): boolean {
  const [x, y] = [rangeOf(loops, a), rangeOf(loops, b)];
  return x.max < y.min || y.max < x.min;
}
