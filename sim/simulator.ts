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
