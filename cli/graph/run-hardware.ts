import {
  decodeResults,
  deviceSchema,
  encodeArguments,
  type GraphMemory,
  PHASES,
} from "../../backend-hls/index.ts";
import { builtSpan, fail, ok, parseModule, present, type Result, type TensorData } from "../../ir/index.ts";
import type { AcceleratorProgram, Device } from "../../runtime-host/index.ts";
import type { HwSimulator } from "../../sim/index.ts";
import { buildDamaged } from "../build-folder/diagnostics.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import type { SimulationOptions } from "../options/generation-options.ts";
import { DEVICE_FILE, HARDWARE_FILE } from "../rtl/build-parts.ts";
import { openSimulatedHardware, type SimulatedHardware } from "../rtl/open-simulated.ts";
import { describeError, setupOf } from "../rtl/program.ts";
import type { GraphManifest, KernelRun } from "../schemas/graph-manifest.ts";
import { ArrayStreams } from "./array-streams.ts";
import { contentOf, type GraphBuild } from "./compile-graph.ts";

/** What the hardware says of a run, and what it leaves behind. */
export interface HardwareRun
  extends Pick<KernelRun, "simulator" | "memory_model" | "cycles" | "transfer_cycles"> {
  readonly results: readonly TensorData[];
  /** Cycles since reset at which the phases began, of those that were asked for. */
  readonly started: PhaseCycles;
}

/** One run: the arguments into memory, start, the results out of it; arrays on chip are loaded before it and unloaded after it. */
export async function runHardware(
  build: GraphBuild,
  memory: GraphMemory,
  inputs: readonly TensorData[],
  { options, watch }: { readonly options: SimulationOptions; readonly watch: JobWatch },
): Promise<Result<HardwareRun>> {
  const host = new GraphHost(encodeArguments(memory, inputs));
  const streams = new ArrayStreams(memory, host);
  const hardware = hardwareOf(build, memory, graphProgram(build.manifest, memory, host), streams);
  if (hardware.kind === "error") return hardware;
  const opened = await openSimulatedHardware(hardware.value, options, watch);
  if (opened.kind === "error") return opened;
  const { device, simulator, memoryModel } = opened.value;
  try {
    const cycles = await runPhases(device, host, hasPhases(build.manifest) ? TRANSFERRED : ["run"]);
    if (cycles.kind === "error") return cycles;
    await streams.receive();
    const { load = 0, run = 0, unload = 0 } = cycles.value.cycles;
    return ok({
      simulator,
      memory_model: memoryModel,
      cycles: run,
      transfer_cycles: { load, unload },
      results: decodeResults(memory, host.image),
      started: cycles.value.started,
    });
  } finally {
    await device.close();
  }
}

type PhaseName = "load" | "run" | "unload";

/** Cycles by phase. */
type PhaseCycles = Readonly<Partial<Record<PhaseName, number>>>;

const TRANSFERRED: readonly PhaseName[] = ["load", "run", "unload"];

/** Whether some array lives on chip: the start command then says what to do. */
function hasPhases({ registers }: GraphManifest): boolean {
  return registers.some(({ name }) => name === "phase");
}

/** What the host of a graph holds: memory as it was last seen, and what the next start is to do. */
class GraphHost {
  image: Uint8Array;
  phase: number = PHASES.all;

  constructor(image: Uint8Array) {
    this.image = image;
  }
}

/** Cycles of each phase, and when it began. */
async function runPhases(
  device: Device,
  host: GraphHost,
  phases: readonly PhaseName[],
): Promise<Result<{ readonly cycles: PhaseCycles; readonly started: PhaseCycles }>> {
  const cycles = new Map<PhaseName, number>();
  const started = new Map<PhaseName, number>();
  for (const phase of phases) {
    host.phase = PHASES[phase];
    const step = await device.step([ONLY_STEP]);
    if (step.kind === "error") return step;
    const { counters } = step.value;
    cycles.set(phase, counters?.cycles ?? 0);
    if (counters?.started !== undefined) started.set(phase, counters.started);
  }
  return ok({ cycles: Object.fromEntries(cycles), started: Object.fromEntries(started) });
}

function hardwareOf(
  build: GraphBuild,
  { bytes, beatBytes }: GraphMemory,
  program: AcceleratorProgram,
  streams: ArrayStreams,
): Result<SimulatedHardware> {
  const hardware = parseModule(contentOf(build, HARDWARE_FILE), HARDWARE_FILE);
  if (hardware.kind === "error") return hardware;
  const deviceFile = deviceSchema.safeParse(JSON.parse(contentOf(build, DEVICE_FILE) || "null"));
  if (!deviceFile.success)
    return fail(buildDamaged(builtSpan(DEVICE_FILE), { problem: "it is no device file" }));
  const modules = [...present(hardware.value.regions[0], "the body of a module").block.ops];
  const { mhz: clockMhz } = build.manifest.design.clock;
  const sizes = { memoryBytes: bytes, beatBytes, clockMhz };
  const prepare = (simulator: HwSimulator): Promise<void> => streams.send(simulator);
  const more = { streams: streams.ends, prepare };
  return ok({ hardware: modules, deviceFile: deviceFile.data, program, ...sizes, ...more });
}

/** A graph has no rows that its host would know of: one step is one run. */
const ONLY_STEP = {
  token: 0,
  position: 0,
  kvSlot: 0,
  sequence: 0,
  blockTable: [0],
  visible: 1n,
  emit: "none",
} as const;

function graphProgram(manifest: GraphManifest, memory: GraphMemory, host: GraphHost): AcceleratorProgram {
  return {
    capabilities: {
      rows: 1,
      sequences: 1,
      blockSize: 1,
      blocks: 1,
      maxContext: 1,
      vocab: 1,
      emits: ["none"],
      candidates: 0,
      hasTrees: false,
    },
    registers: Object.fromEntries(manifest.registers.map(({ name, offset }) => [name, offset])),
    describeError: (code, where) => describeError(manifest, code, where),
    memory: [{ address: 0, bytes: host.image }],
    setup: setupOf(manifest),
    outputs: () => [{ address: 0, bytes: memory.bytes }],
    encode: () => ({
      memory: [],
      command: [
        { register: "memory", value: 0 },
        ...(hasPhases(manifest) ? [{ register: "phase", value: host.phase }] : []),
      ],
      transferred: { weights: 0, kvRead: 0, kvWrite: 0, other: 0 },
    }),
    decode: (_rows, [output]) => {
      host.image = present(output, "the memory").bytes;
      return [];
    },
  };
}
