import type { Part } from "./agenda.ts";
import type { Link } from "./link.ts";

/** What joins accelerators: room in front of the sums and behind them, cycles from a word being taken to its sum being shown. */
export interface LoopTiming {
  readonly latency: number;
  readonly inputDepth: number;
  readonly outputDepth: number;
}

/** Cycles in a queue. */
const QUEUE = 1;

/**
 * A hub between accelerators that do the same in the same cycle: each word comes back. A word is taken where the queue in front has
 * room, enters the adders where the queue behind has, and leaves where the accelerator has.
 */
export function linkLoop(out: Link, back: Link, { latency, inputDepth, outputDepth }: LoopTiming): Part {
  const entered = new Float64Array(inputDepth);
  const left = new Float64Array(outputDepth);
  const state = { taken: 0, given: 0, takenAt: -1, enteredAt: -1, givenAt: -1 };
  const shown: number[] = [];
  const take = (): void => {
    const index = state.taken;
    const room = index < inputDepth ? 0 : (entered[index % inputDepth] ?? 0) + 1;
    state.takenAt = Math.max(state.takenAt + 1, out.visibleTime(), room);
    out.pop(state.takenAt, 0);
    const free = index < outputDepth ? 0 : (left[index % outputDepth] ?? 0) + 1;
    state.enteredAt = Math.max(state.takenAt + QUEUE, state.enteredAt + 1, free);
    entered[index % inputDepth] = state.enteredAt;
    shown.push(state.enteredAt - QUEUE + latency);
    state.taken += 1;
  };
  const give = (): void => {
    const time = shown.shift() ?? 0;
    state.givenAt = Math.max(state.givenAt + 1, time, back.creditTime());
    back.push(state.givenAt, 0);
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
