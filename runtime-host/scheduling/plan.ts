import type { BlockId, Eviction } from "../blocks/block-pool.ts";
import type { PrefixKey } from "../blocks/prefix-key.ts";
import type { Sequence } from "./sequence.ts";

/** Consecutive tokens of one sequence in a step. */
export interface Part {
  readonly sequence: Sequence;
  /** Position of the first. */
  readonly from: number;
  readonly count: number;
}

/** A block's contents copied before the step: its owner is about to write into what others see. */
export interface BlockCopy {
  readonly from: BlockId;
  readonly to: BlockId;
}

/** A block filled before the step from where its contents were kept. */
export interface BlockLoad {
  readonly block: BlockId;
  readonly key: PrefixKey;
}

/** What one step does. Movements happen in the order: saves, loads, copies, then the rows. */
export interface StepPlan {
  readonly parts: readonly Part[];
  readonly saves: readonly Eviction[];
  readonly loads: readonly BlockLoad[];
  readonly copies: readonly BlockCopy[];
  /** Sequences that gave up their blocks for this step. */
  readonly preempted: readonly Sequence[];
}
