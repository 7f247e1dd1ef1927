import {
  BURST_COUNT_BITS,
  ERROR_BITS,
  placeRegisters,
  type RegisterSpec,
  WHERE_BITS,
} from "../shell/index.ts";
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

/** The register that counts the beats of a memory engine in a step. */
export function beatCounter(engine: string): string {
  return `${engine}_beats`;
}

/** Cycles without progress after which a step ends with an error where the host sets nothing else. */
const WATCHDOG_CYCLES = 2 ** 20;

/** Cycles without any answer after which a step that failed no longer waits for memory, where the host sets nothing else. */
const DRAIN_CYCLES = 2 ** 14;

/** The fields of `port_status` in order: what the port of the memory still owes or is owed. */
const PORT_STATUS = [
  ["stuck", 1],
  ["read_address_waiting", 1],
  ["write_address_waiting", 1],
  ["write_data_waiting", 1],
  ["read_bursts", BURST_COUNT_BITS],
  ["write_bursts", BURST_COUNT_BITS],
] as const;

function portStatus(): Omit<RegisterSpec, "offset"> {
  let width = 0;
  const fields = PORT_STATUS.map(([name, bits]) => {
    const lsb = width;
    width += bits;
    return { name, lsb, bits };
  });
  return { name: "port_status", access: "ro", width, fields };
}

/** The bounds of a region as registers: empty behind reset, and fixed while a step runs. */
function regionRegisters(region: string): readonly Omit<RegisterSpec, "offset">[] {
  return ["base", "limit"].map((end) => ({
    name: `${region}_${end}`,
    access: "rw",
    width: 32,
    locked: true,
  }));
}

/**
 * The register map of an accelerator: start fields, memory regions, watchdogs, reset; status, counters of cycles, of each engine's beats and of events; identity. `design_id`
 * is a constant of the hardware; `weights_id` does nothing there: a host notes in it which image it loaded, for the host after it.
 */
export function systemRegisters(
  start: readonly StartField[],
  regions: readonly string[],
  engines: readonly string[],
  events: readonly string[] = [],
): readonly RegisterSpec[] {
  return placeRegisters([
    ...start.map(({ name, width }) => ({ name, access: "rw" as const, width })),
    ...regions.flatMap(regionRegisters),
    { name: "watchdog_limit", access: "rw", width: 32, initial: WATCHDOG_CYCLES },
    { name: "drain_limit", access: "rw", width: 32, initial: DRAIN_CYCLES },
    {
      name: "reset",
      access: "wo",
      width: 2,
      fields: [
        { name: "soft", lsb: 0, bits: 1 },
        { name: "force", lsb: 1, bits: 1 },
      ],
    },
    { name: "error_code", access: "ro", width: ERROR_BITS },
    { name: "error_where", access: "ro", width: WHERE_BITS },
    portStatus(),
    ...COUNTER_NAMES.map((name) => ({ name, access: "ro" as const, width: 48 })),
    ...engines.map((engine) => ({ name: beatCounter(engine), access: "ro" as const, width: 32 })),
    ...events.map((name) => ({ name, access: "ro" as const, width: 32 })),
    { name: "design_id", access: "ro", width: DESIGN_ID_BITS },
    { name: "weights_id", access: "rw", width: 32 },
  ]);
}
