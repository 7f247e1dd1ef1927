import { unreachable } from "../support/bug.ts";
import { greatestCommonDivisor } from "../support/integers.ts";

/** A DRAM channel as a device file describes it; times in nanoseconds. */
export interface DramDescription {
  readonly kind: string;
  /** Mega-transfers per second. */
  readonly mts: number;
  readonly width_bits: number;
  readonly banks: number;
  /** Bytes of one open row over the whole width. */
  readonly row_bytes: number;
  readonly ns: {
    readonly trcd: number;
    readonly trp: number;
    readonly tcl: number;
    readonly tras: number;
    readonly trfc: number;
    readonly trefi: number;
    readonly twtr: number;
    /** Read to write on the data bus; two DRAM clocks where absent. */
    readonly trtw?: number | undefined;
    /** Controller, PHY and interconnect, there and back; 0 where absent. */
    readonly controller?: number | undefined;
  };
}

/** The AXI side of a memory model. */
export interface MemoryPort {
  readonly dataBits: number;
  readonly addressBits: number;
  /** Beats that the store holds: a power of two; higher address bits are ignored. */
  readonly depthBeats: number;
  /** Bursts that wait in the model: a power of two. */
  readonly queueDepth: number;
}

/** A memory without structure: fixed latency, one beat per cycle. */
export interface IdealMemory extends MemoryPort {
  readonly kind: "ideal";
  /** Cycles from the issue of a read beat to its appearance, at least 2. */
  readonly readLatency: number;
}

/** One DRAM channel: every time in clock cycles of the port. */
export interface BankedMemory extends MemoryPort {
  readonly kind: "banked";
  readonly readLatency: number;
  /** The data bus carries `beats` port beats per `cycles` cycles, at most 1. */
  readonly rate: { readonly beats: number; readonly cycles: number };
  readonly banks: number;
  readonly rowBeats: number;
  readonly trcd: number;
  readonly trp: number;
  readonly tras: number;
  readonly trfc: number;
  readonly trefi: number;
  readonly twtr: number;
  readonly trtw: number;
}

/** What the timing model is built from. */
export type MemoryParameters = IdealMemory | BankedMemory;

/** `beats/cycles <= 1` in small integers; rounded down to 1/1024 where the exact ratio is unwieldy. */
function rateOf(
  dramMegabytes: number,
  portMegabytes: number,
): { readonly beats: number; readonly cycles: number } {
  if (dramMegabytes >= portMegabytes) return { beats: 1, cycles: 1 };
  const divisor =
    Number.isInteger(dramMegabytes) && Number.isInteger(portMegabytes)
      ? greatestCommonDivisor(dramMegabytes, portMegabytes)
      : 0;
  if (divisor > 0 && portMegabytes / divisor <= 4096)
    return { beats: dramMegabytes / divisor, cycles: portMegabytes / divisor };
  const beats = Math.floor((dramMegabytes / portMegabytes) * 1024);
  const common = greatestCommonDivisor(beats, 1024);
  return { beats: beats / common, cycles: 1024 / common };
}

/** The parameters of a described channel behind `port` at a clock: nanoseconds are rounded up to whole cycles. */
export function bankedMemory(dram: DramDescription, clockMhz: number, port: MemoryPort): BankedMemory {
  const cycles = (ns: number): number => Math.max(1, Math.ceil((ns * clockMhz) / 1000 - 1e-9));
  const { ns } = dram;
  const beatBytes = port.dataBits / 8;
  return {
    ...port,
    kind: "banked",
    readLatency: Math.max(2, cycles(ns.tcl + (ns.controller ?? 0))),
    rate: rateOf((dram.mts * dram.width_bits) / 8, clockMhz * beatBytes),
    banks: dram.banks,
    rowBeats: dram.row_bytes / beatBytes,
    trcd: cycles(ns.trcd),
    trp: cycles(ns.trp),
    tras: cycles(ns.tras),
    trfc: cycles(ns.trfc),
    trefi: Math.floor((ns.trefi * clockMhz) / 1000),
    twtr: cycles(ns.twtr),
    trtw: cycles(ns.trtw ?? 4000 / dram.mts),
  };
}

/** Beats per cycle that no stream can exceed: the bus rate less the time spent in refresh, `1 - tRFC/tREFI`. */
export function peakBeatsPerCycle(memory: MemoryParameters): number {
  switch (memory.kind) {
    case "ideal":
      return 1;
    case "banked":
      return Math.min(memory.rate.beats / memory.rate.cycles, 1) * (1 - memory.trfc / memory.trefi);
    default:
      return unreachable(memory);
  }
}
