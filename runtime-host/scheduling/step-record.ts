import type { Result } from "../../ir/index.ts";
import type { StepCounters, StepResult } from "../device.ts";
import type { Moved } from "../movement/moves.ts";
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

/** What devices did and counted in a step. */
type Counted = Pick<StepRecord, "counters" | "devices">;

/** The work of a step that is about to run: what it is depends on tokens that it will add to. */
export function workOf({
  parts,
  preempted,
  holding,
}: Pick<StepPlan, "parts" | "preempted"> & { readonly holding: number }): Omit<
  StepRecord,
  keyof Counted | "tokens" | "moved"
> {
  const isPrefill = parts.some(({ sequence, from }) => from < sequence.request.promptIds.length);
  return {
    rows: parts.reduce((sum, { count }) => sum + count, 0),
    lastPosition: parts.reduce((last, { from, count }) => Math.max(last, from + count - 1), 0),
    phase: isPrefill ? "prefill" : "decode",
    sequences: parts.length,
    parts: parts.map((part) => ({
      from: part.from,
      count: part.count,
      emits: isEnding(part),
      place: part.place,
    })),
    holding,
    preempted: preempted.length,
  };
}

/** What the devices that did not fail counted. */
export function countersOf(results: readonly Result<StepResult>[]): Counted {
  const devices = results.flatMap((result) =>
    result.kind === "ok" && result.value.counters !== undefined ? [result.value.counters] : [],
  );
  return { devices, counters: devices.toSorted((a, b) => b.cycles - a.cycles)[0] };
}

/** Whether a part reaches the end of its sequence: then its last row gives a token. */
export function isEnding({ sequence, from, count }: Part): boolean {
  return from + count === sequence.tokens.length;
}
