import type { Operation, Result } from "../ir/index.ts";
import { buildEmbedded } from "./embedded/embedded-simulator.ts";
import { buildIcarus } from "./icarus/build-icarus.ts";
import type { EngineName, WatchingSimulator } from "./simulator.ts";
import type { TraceView } from "./trace/trace-view.ts";
import { buildVerilator } from "./verilator/build-verilator.ts";

/** How a simulator is built. Engines ignore what does not concern them. */
export interface SimulatorOptions {
  readonly engine: EngineName;
  /** Folder for generated files; a temporary one by default, removed by `close`. */
  readonly buildDir?: string;
  /** File of the waveform: `.vcd`, or `.fst` (Verilator and Icarus). */
  readonly trace?: string;
  /** Which cycles and instances the waveform shows; all by default. */
  readonly traceView?: TraceView;
  /** Seed of random start values of state without reset (`--x-initial unique`); without it everything starts at 0. */
  readonly seed?: number;
  /** Compile for long runs (slower to build) instead of for short ones; Verilator. */
  readonly speed?: "build" | "run";
  /** Wall-clock limit of one command, in seconds. */
  readonly timeoutSeconds?: number;
}

/** Builds a simulator of the module `top`. A missing tool or a refused design is a diagnostic. */
export function buildSimulator(
  top: string,
  modules: readonly Operation[],
  options: SimulatorOptions,
): Promise<Result<WatchingSimulator>> {
  switch (options.engine) {
    case "embedded":
      return Promise.resolve(buildEmbedded(top, modules, options));
    case "verilator":
      return buildVerilator(top, modules, options);
    case "icarus":
      return buildIcarus(top, modules, options);
  }
}
