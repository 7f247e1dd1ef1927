import type { Move } from "../movement/moves.ts";
import type { Sequence } from "./sequence.ts";

/** Consecutive tokens of one sequence in a step. */
export interface Part {
  readonly sequence: Sequence;
  /** Position of the first. */
  readonly from: number;
  readonly count: number;
  /** The accelerator that computes them. */
  readonly place: number;
}

/** What one step does. */
export interface StepPlan {
  readonly parts: readonly Part[];
  /** Sequences that gave up their blocks for this step. */
  readonly preempted: readonly Sequence[];
  /** By accelerator: what happens to its blocks before the step. */
  readonly moves: readonly (readonly Move[])[];
}
