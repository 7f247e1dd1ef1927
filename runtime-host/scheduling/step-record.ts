import type { StepCounters } from "../device.ts";
import type { StepPlan } from "./plan.ts";

/** One step as it went. */
export interface StepRecord {
  readonly rows: number;
  /** Highest position that a row of this step was at. */
  readonly lastPosition: number;
  /** Tokens that came out. */
  readonly tokens: readonly number[];
  /** `prefill` where a row of a prompt took part: the step that gives the first token included. */
  readonly phase: "prefill" | "decode";
  /** Sequences that took part. */
  readonly sequences: number;
  /** Sequences that gave up their blocks for it. */
  readonly preempted: number;
  /** Absent on devices without clock. */
  readonly counters: StepCounters | undefined;
}

/** The record of a plan that ran, before its tokens are known. */
export function recordOf({ parts, preempted }: StepPlan, counters: StepCounters | undefined): StepRecord {
  return {
    rows: parts.reduce((sum, { count }) => sum + count, 0),
    lastPosition: parts.reduce((last, { from, count }) => Math.max(last, from + count - 1), 0),
    tokens: [],
    phase: parts.some(({ sequence, from }) => from < sequence.request.promptIds.length)
      ? "prefill"
      : "decode",
    sequences: parts.length,
    preempted: preempted.length,
    counters,
  };
}
