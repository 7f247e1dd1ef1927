import type { StepCounters } from "../device.ts";
import { type Moved, NOTHING_MOVED } from "../movement/moves.ts";
import type { Part, StepPlan } from "./plan.ts";

/** The rows of one sequence in a step, as far as their work goes. */
interface RecordedPart {
  /** Position of the first. */
  readonly from: number;
  readonly count: number;
  /** Whether the last of them gave a token. */
  readonly emits: boolean;
  /** The accelerator. */
  readonly place: number;
}

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
  readonly parts: readonly RecordedPart[];
  /** Sequences that had KV blocks while it ran, those without rows included. */
  readonly holding: number;
  /** Sequences that gave up their blocks for it. */
  readonly preempted: number;
  /** Blocks that went to the host and back before it. */
  readonly moved: Moved;
  /** Of the accelerator that took longest; absent on devices without clock, and of steps that failed. */
  readonly counters: StepCounters | undefined;
  /** Of every accelerator that took part. */
  readonly devices: readonly StepCounters[];
}

/** What is known of a step beside its plan. */
export interface StepOutcome {
  readonly moved?: Moved;
  readonly holding?: number;
  readonly tokens?: readonly number[];
  readonly devices?: readonly StepCounters[];
}

/** The record of a plan that ran. */
export function recordOf(
  { parts, preempted }: Pick<StepPlan, "parts" | "preempted">,
  { moved = NOTHING_MOVED, holding = parts.length, tokens = [], devices = [] }: StepOutcome,
): StepRecord {
  return {
    rows: parts.reduce((sum, { count }) => sum + count, 0),
    lastPosition: parts.reduce((last, { from, count }) => Math.max(last, from + count - 1), 0),
    tokens,
    phase: parts.some(({ sequence, from }) => from < sequence.request.promptIds.length)
      ? "prefill"
      : "decode",
    sequences: parts.length,
    parts: parts.map((part) => ({
      from: part.from,
      count: part.count,
      emits: isEnding(part),
      place: part.place,
    })),
    holding,
    preempted: preempted.length,
    moved,
    counters: devices.toSorted((a, b) => b.cycles - a.cycles)[0],
    devices,
  };
}

/** Whether a part reaches the end of its sequence: then its last row gives a token. */
export function isEnding({ sequence, from, count }: Part): boolean {
  return from + count === sequence.tokens.length;
}
