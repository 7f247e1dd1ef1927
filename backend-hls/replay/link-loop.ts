import type { Part } from "./agenda.ts";
import type { Link } from "./link.ts";

/** What joins accelerators: room in front of the sums and behind them, cycles from a word being taken to its sum being shown. */
export interface LoopTiming {
  readonly latency: number;
  readonly inputDepth: number;
  readonly outputDepth: number;
}

/** Notes an event of the loop for whoever looks for causes, as `EventLog.add` does; gives its number. */
type NoteEvent = (
  cycle: number,
  cause: { readonly before: number; readonly stream?: "out" | "back" },
) => number;

/** Cycles in a queue. */
const QUEUE = 1;

/**
 * A hub between accelerators that do the same in the same cycle: each word comes back. A word is taken where the queue in front has
 * room, enters the adders where the queue behind has, and leaves where the accelerator has.
 */
export function linkLoop(
  out: Link,
  back: Link,
  { latency, inputDepth, outputDepth }: LoopTiming,
  note: NoteEvent,
): Part {
  const entered = new Float64Array(inputDepth);
  const left = new Float64Array(outputDepth);
  const state = { taken: 0, given: 0, takenAt: -1, enteredAt: -1, givenAt: -1 };
  const shown: { readonly time: number; readonly event: number }[] = [];
  let last = 0;
  const take = (): void => {
    const index = state.taken;
    const room = index < inputDepth ? 0 : (entered[index % inputDepth] ?? 0) + 1;
    const visible = out.visibleTime();
    state.takenAt = Math.max(state.takenAt + 1, visible, room);
    const isAwaited = state.takenAt === visible;
    last = note(state.takenAt, isAwaited ? { before: out.elementEvent(), stream: "out" } : { before: last });
    out.pop(state.takenAt, last);
    const free = index < outputDepth ? 0 : (left[index % outputDepth] ?? 0) + 1;
    state.enteredAt = Math.max(state.takenAt + QUEUE, state.enteredAt + 1, free);
    entered[index % inputDepth] = state.enteredAt;
    shown.push({ time: state.enteredAt - QUEUE + latency, event: last });
    state.taken += 1;
  };
  const give = (): void => {
    const { time, event } = shown.shift() ?? { time: 0, event: 0 };
    const credit = back.creditTime();
    state.givenAt = Math.max(state.givenAt + 1, time, credit);
    const isFull = state.givenAt === credit && credit > time;
    const cause = isFull ? ({ before: back.creditEvent(), stream: "back" } as const) : { before: event };
    back.push(state.givenAt, note(state.givenAt, cause));
    left[state.given % outputDepth] = state.givenAt;
    state.given += 1;
  };
  const part: Part = {
    queued: false,
    advance: () => {
      for (;;) {
        const canGive = shown.length > 0 && back.hasCredit;
        if (canGive) give();
        else if (out.hasElement && state.taken - state.given < outputDepth) take();
        else return;
      }
    },
  };
  out.reader = part;
  back.writer = part;
  return part;
}
