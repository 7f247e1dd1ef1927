import type { ArrayShape, Device as DeviceFile, Outputs } from "../backend-hls/index.ts";
import type { LoadedModel } from "../frontend/index.ts";
import type { Result } from "../ir/index.ts";
import type { Device } from "../runtime-host/index.ts";
import type { CompiledBuild } from "./build-folder/read-build-folder.ts";
import type { Quantization } from "./engines/quantize-model.ts";
import type { JobWatch } from "./jobs/job-watch.ts";
import type { SimulationOptions } from "./options/generation-options.ts";
import { compileBuild } from "./rtl/compile.ts";
import { openSimulatedBuild } from "./rtl/open-simulated.ts";
import type { Manifest } from "./schemas/manifest.ts";

/** Everything that decides about the hardware; all defaults are filled in but those that the explorer chooses. */
export interface CompileRequest {
  readonly model: LoadedModel;
  /** The device file, read. */
  readonly device: DeviceFile;
  readonly precision: string;
  readonly kvBits: 8 | 16;
  /** What the two say, in full. */
  readonly quantization: Quantization;
  readonly schedule: Manifest["design"]["schedule"];
  /** Undefined: chosen by the explorer. */
  readonly rows: number | undefined;
  /** The array of a report's point; undefined: chosen by the explorer. */
  readonly shape?: ArrayShape | undefined;
  readonly outputs: Outputs;
  /** Sequences of full length that the KV memory holds. */
  readonly sequences: number;
  readonly blockSize: number;
  /** Accelerators that share the model (default: 1). */
  readonly parts?: number | undefined;
  /** Positions of a sequence; at most the model's own. */
  readonly maxContext: number;
  readonly clockMhz: number;
  readonly seed: number;
  readonly emitIr: boolean;
  /** Comments in the Verilog that lead back to operations (default: true). */
  readonly comments?: boolean | undefined;
  readonly verifyEach: boolean;
}

/** What joins accelerators that share a model. */
export interface LinkOptions {
  /** Cycles from a word being given out to the sum of all being shown (default: `LINK_LATENCY`). */
  readonly linkLatency?: number | undefined;
}

/** A device on a simulator, and which simulator and memory that is. */
export interface SimulatedDevice {
  readonly device: Device;
  readonly simulator: "embedded" | "verilator" | "icarus";
  /** As the result object says it: `ideal`, `ddr4-2400`, … */
  readonly memoryModel: string;
}

/** How hardware is made and simulated. Tests put software in its place. */
export interface Hardware {
  /**
   * Compiles a model. `files` of the build holds all but manifest and tokenizer, which are added afterwards; what
   * the embedded simulator needs again (the hardware as IR text) is one of the files.
   */
  readonly compileModel: (request: CompileRequest, watch: JobWatch) => Promise<Result<CompiledBuild>>;
  /** Opens a build on a simulator: loads its memory image and resets it. Missing tools are diagnostics. */
  readonly openSimulatedDevice: (
    build: CompiledBuild,
    options: SimulationOptions & LinkOptions,
    watch: JobWatch,
  ) => Promise<Result<SimulatedDevice>>;
}

/** The hardware that this package makes. */
export const ownHardware: Hardware = {
  compileModel: (request, watch) => {
    watch.signal?.throwIfAborted();
    return compileBuild(request, watch);
  },
  openSimulatedDevice: openSimulatedBuild,
};
