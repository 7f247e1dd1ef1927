import { at } from "../../ir/index.ts";
import { cycleOf } from "../problem/clock-time.ts";
import { type Graph, NO_RESOURCE } from "../problem/graph.ts";
import type { OperationId } from "../problem/problem.ts";
import type { RankedOperations } from "./components.ts";
import { EarliestTimes } from "./earliest-times.ts";
import { Reservations } from "./reservations.ts";

/** An operation whose cycle modulo II is being chosen. */
interface Choice {
  readonly op: OperationId;
  readonly mark: number;
  readonly earliest: number;
  /** Cycles after `earliest` that have been tried. */
  tried: number;
  taken: number | undefined;
}

export interface AssignOptions {
  /** The operations that need a unit, the one that chooses first at the front. */
  readonly order: readonly OperationId[];
  /** Dependences that may be looked at before the search gives up. */
  readonly maxWork: number;
}

/**
 * Chooses a cycle modulo II for every operation that needs a unit, in the given order: the first
 * one from its earliest start on that is free and that all recurrences allow. Everything else
 * follows from {@link EarliestTimes}. When an operation finds none, the previous choice moves on
 * (chronological backtracking), until `maxWork` dependences have been looked at.
 */
export function assignUnits(
  graph: Graph,
  ranked: RankedOperations,
  ii: number,
  { order, maxWork }: AssignOptions,
): Float64Array | undefined {
  const times = new EarliestTimes(graph, ranked, ii);
  if (!times.settleAll()) return undefined;
  const reservations = new Reservations(graph, ii);
  const choices: Choice[] = [];
  while (choices.length < order.length) {
    const op = at(order, choices.length);
    choices.push({
      op,
      mark: times.mark(),
      earliest: cycleOf(at(times.start, op)),
      tried: 0,
      taken: undefined,
    });
    while (!advance(times, reservations, at(choices, choices.length - 1), ii)) {
      choices.pop();
      const previous = choices[choices.length - 1];
      if (previous === undefined || times.work > maxWork) return undefined;
      retract(times, reservations, previous);
    }
  }
  return times.start;
}

/** Moves a choice on to its next possible cycle; false when all of them were tried. */
function advance(times: EarliestTimes, reservations: Reservations, choice: Choice, ii: number): boolean {
  while (choice.tried < ii) {
    const cycle = choice.earliest + choice.tried;
    choice.tried++;
    const residue = ((cycle % ii) + ii) % ii;
    if (!reservations.isFree(choice.op, cycle) || !times.pin(choice.op, residue)) continue;
    reservations.take(choice.op, cycle);
    choice.taken = cycle;
    return true;
  }
  return false;
}

function retract(times: EarliestTimes, reservations: Reservations, choice: Choice): void {
  times.unpin(choice.op, choice.mark);
  if (choice.taken !== undefined) reservations.release(choice.op, choice.taken);
  choice.taken = undefined;
}

/** The operations that need a unit. */
export function constrainedOps(graph: Graph): OperationId[] {
  return graph.problem.operations.map(({ id }) => id).filter((op) => at(graph.resource, op) !== NO_RESOURCE);
}
