import type { Device } from "../../backend-hls/index.ts";

/** What external memory gives a design. */
export interface MemoryPace {
  /** Cycles of the design between two beats of a long burst, at least 1. */
  readonly cyclesPerBeat: number;
  /** From a request to the first beat, in cycles of the design. */
  readonly latencyCycles: number;
}

/** Latency of an on-chip or ideal memory with its port. */
const NEAR_CYCLES = 14;

/** A device's DRAM behind one port of `beatBytes`: refresh takes its share, the rest is the transfer rate. */
export function memoryPace({ dram, axi }: Device, beatBytes: number, clockMhz: number): MemoryPace {
  if (dram === undefined) return { cyclesPerBeat: 1, latencyCycles: NEAR_CYCLES };
  const share = 1 - dram.ns.trfc / dram.ns.trefi;
  const channels = Math.max(1, dram.channels / axi.count);
  const bytesPerMicrosecond = ((dram.mts * dram.width_bits) / 8) * channels * share;
  const latencyNs = dram.ns.trp + dram.ns.trcd + dram.ns.tcl + (dram.ns.controller ?? 0);
  return {
    cyclesPerBeat: Math.max(1, (beatBytes * clockMhz) / bytesPerMicrosecond),
    latencyCycles: NEAR_CYCLES + Math.ceil((latencyNs * clockMhz) / 1000),
  };
}
