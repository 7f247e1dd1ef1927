import {
  type ArrayShape,
  type CompiledAccelerator,
  compileAccelerator,
  type Device as DeviceFile,
} from "../../backend-hls/index.ts";
import {
  type Checkpoint,
  createIntegerDecoder,
  type Precision,
  type QuantizedModel,
  quantizeModel,
} from "../../frontend/index.ts";
import { at, builtSpan, ok, type Result } from "../../ir/index.ts";
import { type AcceleratorProgram, createReferenceDevice, type Device } from "../../runtime-host/index.ts";
import { buildWithoutTokenizer } from "../jobs/diagnostics.ts";
import { compileDefaults } from "../options/compile-options.ts";
import { type SimulationOptions, simulationDefaults } from "../options/generation-options.ts";
import type { CompileRequest, LinkOptions } from "../rtl-engine.ts";
import type { Manifest } from "../schemas/manifest.ts";
import { modelShapeOf } from "../verify/subject.ts";
import { WEIGHTS_FILE } from "./build-parts.ts";
import { hardwareModules } from "./emit-levels.ts";
import { hardwarePrecision } from "./hardware-precision.ts";
import { describeBuild } from "./manifest.ts";
import { clusterOf, openSimulatedHardware } from "./open-simulated.ts";
import { packParts } from "./pack-model.ts";
import { acceleratorProgram } from "./program.ts";
import { partOf } from "./shared-model.ts";

/** A model and an array that nobody explored for: what whole accelerators are tested and measured with. */
export interface Design {
  readonly checkpoint: Checkpoint;
  /** The device file, read. */
  readonly device: DeviceFile;
  readonly array: ArrayShape;
  readonly blockSize: number;
  readonly maxContext: number;
  /** Sequences of full length that the KV memory holds. */
  readonly sequences: number;
  readonly schedule?: Manifest["design"]["schedule"];
  /** Accelerators that share the model (default: 1). */
  readonly parts?: number;
  /** The checkpoint in another precision than int8 throughout. */
  readonly quantized?: QuantizedModel;
}

/** A compiled design, to be opened on any simulator and memory. */
export interface CompiledDesign {
  readonly compiled: CompiledAccelerator;
  /** What a host knows of it. */
  readonly program: () => AcceleratorProgram;
  /** Opens it on a simulator: memory loaded, reset. */
  readonly open: (options: Partial<SimulationOptions> & LinkOptions) => Promise<Result<Device>>;
  /** The integer reference with the same capabilities. */
  readonly openReference: () => Device;
}

/** Compiles a design as `compile` does, without exploration and without a build folder. */
export function compileDesign(design: Design): Result<CompiledDesign> {
  const { checkpoint, device, array, blockSize, maxContext, sequences } = design;
  const { schedule = compileDefaults.schedule } = design;
  const quantized = design.quantized ?? quantizeModel(checkpoint);
  const precision = hardwarePrecision(quantized);
  const sizes = { maxContext, blockSize, precision };
  const model = partOf(modelShapeOf(checkpoint, sizes), design.parts ?? 1);
  const clockMhz = device.clock_mhz;
  const made = compileAccelerator({ model, shape: array, device, clockMhz, schedule, sequences });
  if (made.kind === "error") return made;
  const compiled = made.value;
  const images = packParts(quantized, compiled);
  const [weights, otherWeights] = [at(images, 0), images.slice(1)];
  const manifest = describeBuild(
    requestOf(design, quantized.precision),
    compiled,
    new Map([[WEIGHTS_FILE, weights]]),
    {
      promptIds: [],
      tokenIds: [],
    },
  );
  const hardware = hardwareModules(compiled);
  const program = (): AcceleratorProgram =>
    acceleratorProgram(manifest, { ...compiled, weights, otherWeights });
  const open = async (options: Partial<SimulationOptions> & LinkOptions): Promise<Result<Device>> => {
    const sizes = { memoryBytes: compiled.layout.bytes, beatBytes: compiled.plan.beatBytes, clockMhz };
    const cluster = clusterOf(compiled.plan, options);
    const simulated = { hardware, deviceFile: device, program: program(), cluster, ...sizes };
    const opened = await openSimulatedHardware(simulated, { ...simulationDefaults, ...options }, {});
    return opened.kind === "error" ? opened : ok(opened.value.device);
  };
  const openReference = (): Device =>
    createReferenceDevice({
      openDecoder: () => createIntegerDecoder(quantized, { blockSize }),
      rows: array.rows,
      sequences,
      blockSize,
      maxContext,
      vocab: checkpoint.config.vocab,
      candidates: compiled.plan.outputs.candidates,
    });
  return ok({ compiled, program, open, openReference });
}

/** The request that a manifest is made from. */
function requestOf(
  { checkpoint, device, array, schedule, ...sizes }: Design,
  precision: Precision,
): CompileRequest {
  const { outputs = compileDefaults.outputs } = array;
  return {
    model: {
      checkpoint,
      tokenizer: { kind: "absent", reason: buildWithoutTokenizer(builtSpan("design"), {}) },
    },
    device,
    precision: precision.name,
    kvBits: precision.kvBits === 16 ? 16 : 8,
    quantization: { precision },
    schedule: schedule ?? compileDefaults.schedule,
    rows: array.rows,
    outputs,
    ...sizes,
    clockMhz: device.clock_mhz,
    seed: compileDefaults.seed,
    emitIr: false,
    verifyEach: false,
  };
}
