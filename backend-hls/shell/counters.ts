import { createHash } from "node:crypto";
import { HwBuilder, type Operation } from "../../ir/index.ts";
import { clockAndReset } from "./axi-shape.ts";

/** Why a cycle was lost, in the order in which a cycle with several reasons is charged. */
export const STALL_CAUSES = ["dram_read", "dram_write", "fifo_full", "fifo_empty", "drain"] as const;

/**
 * Counts cycles by cause: inputs clk, rst, clear, running, and one per cause; outputs `total`, `busy` and `<cause>_cycles`. Each
 * cycle with `running` counts once in `total` and once in the first cause that is 1, or in `busy` where none is: so
 * busy + causes = total, always. `width` bits, wrapping; one cycle of latency.
 */
export function cycleCountersModule(causes: readonly string[] = STALL_CAUSES, width = 48): Operation {
  const b = new HwBuilder(`cycle_counters_w${String(width)}_${causes.join("_")}`, [
    ...clockAndReset,
    { name: "clear", width: 1 },
    { name: "running", width: 1 },
    ...causes.map((name) => ({ name, width: 1 })),
  ]);
  const clear = b.input("clear");
  const counter = (name: string, event: ReturnType<HwBuilder["input"]>): void => {
    const count = b.feedback(width, { name, reset: 0n });
    const base = b.mux(clear, b.constant(0, width), count.value);
    count.drive(b.add(base, b.resize(event, width)));
    b.output(name, count.value);
  };
  let open = b.input("running");
  counter("total", open);
  for (const cause of causes) {
    counter(`${cause}_cycles`, b.and(open, b.input(cause)));
    open = b.and(open, b.not(b.input(cause)));
  }
  counter("busy", open);
  return b.finish();
}

/** Longest part of a module's name that lists something: Verilator cuts names at 127 characters. */
const LONGEST_LIST = 96;

function shortName(events: readonly string[]): string {
  const list = events.join("_");
  return list.length <= LONGEST_LIST
    ? list
    : `${String(events.length)}_${createHash("sha256").update(list).digest("hex").slice(0, 8)}`;
}

/** Counts events: inputs clk, rst, clear, and one per event; outputs of the same names, `width` bits, wrapping. Events in the cycle of `clear` count. */
export function eventCountersModule(events: readonly string[], width = 32): Operation {
  const b = new HwBuilder(`event_counters_w${String(width)}_${shortName(events)}`, [
    ...clockAndReset,
    { name: "clear", width: 1 },
    ...events.map((name) => ({ name, width: 1 })),
  ]);
  for (const event of events) {
    const count = b.feedback(width, { name: `${event}_count`, reset: 0n });
    const base = b.mux(b.input("clear"), b.constant(0, width), count.value);
    count.drive(b.add(base, b.resize(b.input(event), width)));
    b.output(event, count.value);
  }
  return b.finish();
}
