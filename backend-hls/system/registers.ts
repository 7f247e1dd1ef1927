import { placeRegisters, type RegisterSpec } from "../shell/index.ts";
import { DESIGN_ID_BITS } from "./design-id.ts";

/** A field of the start command that the host writes: name and bits. */
export interface StartField {
  readonly name: string;
  readonly width: number;
}

/** The causes of lost cycles as the counters' registers name them. */
export const COUNTER_NAMES = [
  "total",
  "busy",
  "dram_read_cycles",
  "dram_write_cycles",
  "fifo_full_cycles",
  "fifo_empty_cycles",
  "drain_cycles",
] as const;

/**
 * The register map of an accelerator: start fields, memory region, watchdog; status and counters; identity. `design_id` is a
 * constant of the hardware; `weights_id` does nothing there: a host notes in it which image it loaded, for the host after it.
 */
export function systemRegisters(start: readonly StartField[]): readonly RegisterSpec[] {
  return placeRegisters([
    ...start.map(({ name, width }) => ({ name, access: "rw" as const, width })),
    { name: "gmem0_base", access: "rw", width: 32 },
    { name: "gmem0_limit", access: "rw", width: 32 },
    { name: "watchdog_limit", access: "rw", width: 32 },
    { name: "error_code", access: "ro", width: 4 },
    ...COUNTER_NAMES.map((name) => ({ name, access: "ro" as const, width: 48 })),
    { name: "design_id", access: "ro", width: DESIGN_ID_BITS },
    { name: "weights_id", access: "rw", width: 32 },
  ]);
}
