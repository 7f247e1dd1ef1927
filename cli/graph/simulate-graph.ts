import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  decodeResults,
  deviceSchema,
  encodeArguments,
  type GraphMemory,
  lowerGraph,
  regionsOf,
} from "../../backend-hls/index.ts";
import {
  at,
  builtSpan,
  fail,
  ok,
  parseModule,
  present,
  printType,
  type Result,
  type TensorData,
} from "../../ir/index.ts";
import type { AcceleratorProgram, StepResult } from "../../runtime-host/index.ts";
import { buildDamaged, outputUnwritable } from "../build-folder/diagnostics.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { wrongArray } from "../npz/diagnostics.ts";
import { type NumpyArrays, readNpz, writeNpz } from "../npz/npz.ts";
import type { SimulationOptions } from "../options/generation-options.ts";
import { DEVICE_FILE, HARDWARE_FILE } from "../rtl/build-parts.ts";
import { openSimulatedHardware } from "../rtl/open-simulated.ts";
import { describeError, setupOf } from "../rtl/program.ts";
import type { GraphManifest, KernelRun } from "../schemas/graph-manifest.ts";
import type { GraphBuild } from "./compile-graph.ts";
import { GRAPH_FILE } from "./compile-graph.ts";
import { randomArrays } from "./random-arrays.ts";
import { parseGraph } from "./read-graph.ts";
import { reference } from "./reference.ts";

/** What `simulate` can be told about a graph. */
export interface SimulateGraphOptions extends SimulationOptions {
  /** A .npz with an array per argument; random where absent. */
  readonly inputs?: string | undefined;
  /** Where the results go, as ret0, ret1, …. */
  readonly outputs?: string | undefined;
  /** Whether results are compared with the interpreter's, bit for bit. */
  readonly check: boolean;
  readonly seed: number;
}

/** Simulates a compiled graph on inputs of its own or random ones. */
export async function simulateGraph(
  folder: string,
  build: GraphBuild,
  options: SimulateGraphOptions,
  watch: JobWatch,
): Promise<Result<KernelRun>> {
  const graph = parseGraph(contentOf(build, GRAPH_FILE), join(folder, GRAPH_FILE));
  if (graph.kind === "error") return graph;
  const {
    design,
    graph: { function: name },
  } = build.manifest;
  const lowered = lowerGraph(graph.value.module, name, {
    beatBytes: design.port_bits / 8,
    rowLanes: design.row_lanes,
  });
  if (lowered.kind === "error") return lowered;
  const { memory } = lowered.value;
  const inputs =
    options.inputs === undefined
      ? ok(randomArrays(memory, graph.value, options.seed))
      : readInputs(memory, options.inputs);
  if (inputs.kind === "error") return inputs;
  const wanted = reference(graph.value, name, memory, inputs.value); // positions outside a cache are found here
  if (wanted.kind === "error") return wanted;
  const simulated = await simulate(build, memory, inputs.value, { options, watch });
  if (simulated.kind === "error") return simulated;
  const { results, ...facts } = simulated.value;
  const written =
    options.outputs === undefined ? ok(undefined) : writeResults(memory, results, options.outputs);
  if (written.kind === "error") return written;
  const mismatch = options.check ? firstMismatch(wanted.value, results) : null;
  return ok({
    schema: "hidalgo.kernel/1",
    function: name,
    device: design.device,
    ...facts,
    seed: options.inputs === undefined ? options.seed : null,
    matches_reference: options.check ? mismatch === null : null,
    first_mismatch: mismatch,
  });
}

function contentOf({ files }: GraphBuild, path: string): string {
  return Buffer.from(files.get(path) ?? "").toString("utf8");
}

function readInputs(memory: GraphMemory, path: string): Result<readonly TensorData[]> {
  const arrays = readNpz(path);
  if (arrays.kind === "error") return arrays;
  const values: TensorData[] = [];
  for (const [index, region] of regionsOf(memory, "argument").entries()) {
    const array = arrays.value.get(region.name) ?? arrays.value.get(`arg${index}`);
    const wanted = `${region.name}: ${printType(region.type)}`;
    const { type } = region;
    const dims = type.kind === "tensor" ? type.shape.map(Number) : [];
    if (array?.shape.join() !== dims.join() || array.data.constructor !== classOf(region.shape.element))
      return fail(
        wrongArray(builtSpan(path), {
          name: region.name,
          wanted,
          actual:
            array === undefined ? "missing" : `${array.shape.join("x")} of ${array.data.constructor.name}`,
        }),
      );
    values.push(array.data);
  }
  return ok(values);
}

function classOf(element: { readonly kind: string; readonly width?: number }): unknown {
  if (element.kind === "float") return Float32Array;
  return element.width === 8 ? Int8Array : Int32Array;
}

/** One run: the arguments into memory, start, the results out of it. */
async function simulate(
  build: GraphBuild,
  memory: GraphMemory,
  inputs: readonly TensorData[],
  { options, watch }: { readonly options: SimulationOptions; readonly watch: JobWatch },
): Promise<
  Result<
    Pick<KernelRun, "simulator" | "memory_model" | "cycles"> & { readonly results: readonly TensorData[] }
  >
> {
  const hardware = parseModule(contentOf(build, HARDWARE_FILE), HARDWARE_FILE);
  if (hardware.kind === "error") return hardware;
  const deviceFile = deviceSchema.safeParse(JSON.parse(contentOf(build, DEVICE_FILE) || "null"));
  if (!deviceFile.success)
    return fail(buildDamaged(builtSpan(DEVICE_FILE), { problem: "it is no device file" }));
  let image = encodeArguments(memory, inputs);
  const program = graphProgram(build.manifest, memory, image, (bytes) => {
    image = bytes;
  });
  const { mhz: clockMhz } = build.manifest.design.clock;
  const modules = [...present(hardware.value.regions[0], "the body of a module").block.ops];
  const opened = await openSimulatedHardware(
    {
      hardware: modules,
      deviceFile: deviceFile.data,
      program,
      memoryBytes: memory.bytes,
      beatBytes: memory.beatBytes,
      clockMhz,
    },
    options,
    watch,
  );
  if (opened.kind === "error") return opened;
  const { device, simulator, memoryModel } = opened.value;
  try {
    const step: Result<StepResult> = await device.step([ONLY_STEP]);
    if (step.kind === "error") return step;
    return ok({
      simulator,
      memory_model: memoryModel,
      cycles: step.value.counters?.cycles ?? 0,
      results: decodeResults(memory, image),
    });
  } finally {
    await device.close();
  }
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

function graphProgram(
  manifest: GraphManifest,
  memory: GraphMemory,
  image: Uint8Array,
  keep: (bytes: Uint8Array) => void,
): AcceleratorProgram {
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
    memory: [{ address: 0, bytes: image }],
    setup: setupOf(manifest),
    outputs: () => [{ address: 0, bytes: memory.bytes }],
    encode: () => ({
      memory: [],
      command: [{ register: "memory", value: 0 }],
      transferred: { weights: 0, kvRead: 0, kvWrite: 0, other: 0 },
    }),
    decode: (_rows, [output]) => {
      keep(present(output, "the memory").bytes);
      return [];
    },
  };
}

function writeResults(memory: GraphMemory, results: readonly TensorData[], path: string): Result<void> {
  const arrays: NumpyArrays = new Map(
    regionsOf(memory, "result").map(({ name, type }, index) => [
      name,
      { shape: type.kind === "tensor" ? type.shape.map(Number) : [], data: at(results, index) },
    ]),
  );
  try {
    writeFileSync(path, writeNpz(arrays));
    return ok(undefined);
  } catch (error) {
    if (!(error instanceof Error && "syscall" in error)) throw error;
    return fail(outputUnwritable(builtSpan(path), { reason: error.message }));
  }
}

function firstMismatch(
  wanted: readonly TensorData[],
  found: readonly TensorData[],
): KernelRun["first_mismatch"] {
  for (const [number, data] of wanted.entries()) {
    const index = data.findIndex((value, place) => !Object.is(value, found[number]?.[place]));
    if (index >= 0) return { result: `ret${number}`, index };
  }
  return null;
}
