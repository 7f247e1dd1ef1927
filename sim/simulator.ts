import type { Diagnostic } from "../ir/index.ts";

/** A running simulation of one hardware module. The reset protocol is the caller's. Times are in clock cycles. */
export interface HwSimulator {
  /** Sets an input of the top module other than its clock. */
  poke(input: string, value: bigint): void;
  /** The value of an output after combinational logic has settled. */
  peek(output: string): Promise<bigint>;
  /** Clock edges; stops early before the edge of the cycle in which output `until` is 1. `cycles` are the edges made. */
  run(cycles: number, until?: string): Promise<RunResult>;
  /** Writes bytes into the memory at an instance path such as `dram.store`: little-endian words of whole bytes, byte addressed. */
  writeMemory(path: string, address: number, bytes: Uint8Array): Promise<void>;
  readMemory(path: string, address: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Outputs of the top module that show a stream: in a cycle in which `valid` is 1 an element passes, its bits are `data`. */
export interface WatchedStream {
  readonly valid: string;
  /** Undefined where elements have no bits. */
  readonly data: string | undefined;
}

/** An element that passed. */
export interface StreamEvent {
  /** Clock cycles since this run began. */
  readonly cycle: number;
  /** Number of the stream among those that were watched. */
  readonly stream: number;
  readonly data: bigint;
}

/** What a watched run gave: events in the order of cycles, within a cycle in the order of streams. */
export interface WatchedRun extends RunResult {
  readonly events: readonly StreamEvent[];
}

/** A simulator that can look at streams in every cycle of a run without being asked for each. */
export interface WatchingSimulator extends HwSimulator {
  /** As `run`. The cycle in which `until` is 1 is not looked at. */
  runWatching(
    cycles: number,
    until: string | undefined,
    streams: readonly WatchedStream[],
  ): Promise<WatchedRun>;
}

/** How a run ended. */
export interface RunResult {
  readonly cycles: number;
  readonly stopped: boolean;
}

/** The three engines behind the one port. */
export type EngineName = "embedded" | "verilator" | "icarus";

/** Thrown by a simulator that can no longer answer; the diagnostic says why, with the cycle and what was going on. */
export class SimulationError extends Error {
  readonly diagnostic: Diagnostic;

  constructor(diagnostic: Diagnostic) {
    super(diagnostic.message);
    this.name = "SimulationError";
    this.diagnostic = diagnostic;
  }
}
