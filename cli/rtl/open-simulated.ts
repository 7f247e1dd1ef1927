import {
  type ClusterOptions,
  type Device as DeviceFile,
  LINK_LATENCY,
  memberName,
  type Plan,
  PRODUCT_TOP,
  partsOf,
  type SimulatedProduct,
  simulationTop,
} from "../../backend-hls/index.ts";
import { builtSpan, fail, HwModuleOp, type Operation, ok, present, type Result } from "../../ir/index.ts";
import { type AcceleratorProgram, openSimulatedAccelerator } from "../../runtime-host/index.ts";
import { buildSimulator, type HwSimulator, type TraceView, type WatchingSimulator } from "../../sim/index.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import { optionsConflict } from "../jobs/diagnostics.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import type { SimulationOptions } from "../options/generation-options.ts";
import type { LinkOptions, SimulatedDevice } from "../rtl-engine.ts";
import { readBuildParts } from "./build-parts.ts";
import { chooseMemory, type MemorySizes } from "./choose-memory.ts";
import { estimatedDevice } from "./estimated-device.ts";
import { acceleratorProgram } from "./program.ts";

/** The module that is simulated, and where its memory keeps its data. */
const SIMULATION = { top: "hidalgo_simulation", store: "memory.store" } as const;

/** Opens a build on a simulator with a memory model behind its port. */
export async function openSimulatedBuild(
  build: CompiledBuild,
  options: SimulationOptions & LinkOptions,
  watch: JobWatch,
): Promise<Result<SimulatedDevice>> {
  const parts = readBuildParts(build);
  if (parts.kind === "error") return parts;
  const { hardware, plan, layout, deviceFile } = parts.value;
  const program = acceleratorProgram(build.manifest, parts.value);
  const { mhz: clockMhz } = build.manifest.design.clock;
  const sizes = { memoryBytes: layout.bytes, beatBytes: plan.beatBytes, clockMhz };
  const cluster = clusterOf(plan, options);
  const simulated = { hardware, deviceFile, program, cluster, ...sizes };
  const opened = await openSimulatedHardware(simulated, options, watch);
  if (opened.kind === "error" || options.backPressure !== undefined) return opened;
  const memory = chooseMemory(options.memory, deviceFile, sizes);
  if (memory.kind === "error") return memory;
  const { schedule } = build.manifest.design;
  const { parameters } = memory.value;
  const linkLatency = cluster?.latency;
  const estimated = { parts: parts.value, clockMhz, schedule, memory: parameters, linkLatency };
  return ok({ ...opened.value, device: estimatedDevice(opened.value.device, estimated) });
}

/** Accelerators that share a model, where it is shared, and what joins them. */
export function clusterOf(
  { model }: Plan,
  { linkLatency: latency = LINK_LATENCY }: LinkOptions,
): ClusterOptions | undefined {
  const accelerators = partsOf(model);
  return accelerators === 1 ? undefined : { accelerators, latency };
}

/** Hardware to be simulated, and what its host knows of it. */
export interface SimulatedHardware extends MemorySizes {
  /** hw.module operations, the product's top among them. */
  readonly hardware: readonly Operation[];
  readonly deviceFile: DeviceFile;
  readonly program: AcceleratorProgram;
  /** What is at the other ends of AXI4-Stream ports. */
  readonly streams?: readonly { readonly name: string; readonly cells: number }[];
  /** Several accelerators of this hardware that share a model. */
  readonly cluster?: ClusterOptions | undefined;
  /** What is done with the simulator before anything runs. */
  readonly prepare?: (simulator: HwSimulator) => Promise<void>;
}

/** Opens any system on a simulator with a memory model behind its port; `observe` may stand between host and simulator. */
export async function openSimulatedHardware(
  { hardware, deviceFile, program, streams, cluster, prepare, ...sizes }: SimulatedHardware,
  options: SimulationOptions,
  watch: JobWatch,
  observe: (simulator: WatchingSimulator) => HwSimulator = (simulator) => simulator,
): Promise<Result<SimulatedDevice>> {
  const simulator = chooseSimulator(options);
  if (simulator.kind === "error") return simulator;
  const memory = chooseMemory(options.memory, deviceFile, sizes);
  if (memory.kind === "error") return memory;
  watch.onProgress?.(`building the simulation: ${simulator.value}, memory ${memory.value.name}`);
  watch.signal?.throwIfAborted();
  const top = simulationTop(SIMULATION.top, productOf(hardware), memory.value.parameters, {
    backPressure: options.backPressure,
    cluster,
    ...(streams === undefined ? {} : { streams }),
  });
  const built = await buildSimulator(SIMULATION.top, top.modules, {
    engine: simulator.value,
    speed: "run",
    ...(options.trace === undefined ? {} : { trace: options.trace, traceView: traceView(options) }),
  });
  if (built.kind === "error") return built;
  await prepare?.(built.value);
  const device = await openSimulatedAccelerator(observe(built.value), program, {
    memoryPath: SIMULATION.store,
    otherMemories: otherMemories(cluster),
  });
  if (device.kind === "error") return device;
  return ok({ device: device.value, simulator: simulator.value, memoryModel: memory.value.name });
}

/** Where the memories of the accelerators behind the first one keep their data. */
function otherMemories(cluster: ClusterOptions | undefined): readonly string[] {
  const others = Math.max(0, (cluster?.accelerators ?? 1) - 1);
  return Array.from({ length: others }, (_, index) => `${memberName("memory", index + 1)}.store`);
}

function chooseSimulator({ simulator, trace }: SimulationOptions): Result<SimulatedDevice["simulator"]> {
  const needsVerilator = trace?.endsWith(".fst") === true;
  if (needsVerilator && simulator === "embedded") {
    const problem = "the embedded simulator writes waveforms as .vcd";
    const expected = "--trace out.vcd, or --simulator verilator";
    return fail(optionsConflict(builtSpan("--trace"), { problem, expected }));
  }
  if (simulator !== "auto") return ok(simulator);
  return ok(needsVerilator ? "verilator" : "embedded");
}

function traceView({ traceWindow, traceScope, traceDepth }: SimulationOptions): TraceView {
  return {
    ...(traceWindow === undefined ? {} : { window: traceWindow }),
    ...(traceScope === undefined ? {} : { scopes: traceScope }),
    ...(traceDepth === undefined ? {} : { depth: traceDepth }),
  };
}

function productOf(modules: readonly Operation[]): SimulatedProduct {
  const top = modules.find((module) => HwModuleOp.match(module)?.attrs.sym_name === PRODUCT_TOP);
  return { top: present(top, `module ${PRODUCT_TOP}`), modules };
}
