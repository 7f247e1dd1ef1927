import { HwBuilder, type Operation } from "../../ir/index.ts";
import { clockAndReset } from "./axi-shape.ts";

/**
 * Notices that nothing moves: inputs clk, rst, busy, progress, limit (32 bits, 0 switches it off); output `expired`, which is 1
 * from the cycle after `limit` busy cycles in a row without progress until busy falls.
 */
export function watchdogModule(): Operation {
  const b = new HwBuilder("watchdog", [
    ...clockAndReset,
    { name: "busy", width: 1 },
    { name: "progress", width: 1 },
    { name: "limit", width: 32 },
  ]);
  const quiet = b.feedback(32, { name: "quiet_cycles", reset: 0n });
  const expired = b.feedback(1, { name: "expired", reset: 0n });
  const still = b.and(b.input("busy"), b.not(b.input("progress")));
  const next = b.add(quiet.value, b.constant(1, 32));
  quiet.drive(b.mux(still, next, b.constant(0, 32)));
  const reached = b.and(still, b.icmp("eq", next, b.input("limit")));
  expired.drive(b.and(b.input("busy"), b.or(reached, expired.value)));
  b.output("expired", expired.value);
  return b.finish();
}
