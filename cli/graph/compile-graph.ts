import {
  buildGraph,
  type CompiledGraph,
  checkInterfaces,
  chooseGraphDesign,
  type Device as DeviceFile,
  type GraphDesign,
  type GraphRequest,
  interfaceOf,
  isLoopFunction,
  loadDevice,
  manifestRegisters,
  type PlannedGraph,
  PRODUCT_TOP,
  planGraph,
} from "../../backend-hls/index.ts";
import { emitVerilog } from "../../backend-verilog/index.ts";
import { chooseLoops, type LoopRecipes, planRecipes, unitLimitsOf } from "../../dse/index.ts";
import {
  type Diagnostic,
  fail,
  type Operation,
  ok,
  printModule,
  printType,
  type Result,
} from "../../ir/index.ts";
import { type BuildFiles, MANIFEST_FILE } from "../build-folder/build-files.ts";
import { hashContent } from "../build-folder/read-build-folder.ts";
import type { CompileJobOptions } from "../jobs/compile-model.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import type { KernelOptions } from "../options/kernel-options.ts";
import { packageVersion } from "../package-root.ts";
import { DEVICE_FILE, HARDWARE_FILE } from "../rtl/build-parts.ts";
import { describeSignals, designIdText } from "../rtl/describe-ports.ts";
import { describeSetup } from "../rtl/describe-step.ts";
import { loopsModule } from "../rtl/emit-levels.ts";
import { ERROR_TABLE } from "../rtl/program.ts";
import { type GraphManifest, graphManifestSchema } from "../schemas/graph-manifest.ts";
import { checkUpstream } from "../verify/check-upstream.ts";
import { countUnits } from "./count-units.ts";
import { type GraphFile, readGraph } from "./read-graph.ts";

/** Everything that decides about the hardware of a graph file. */
export type GraphOptions = Pick<
  CompileJobOptions,
  "device" | "clock" | "schedule" | "emitIr" | "verifyEach"
> &
  KernelOptions & {
    /** Schedules of a function's nests, of a report's point; absent: chosen. */
    readonly recipes?: LoopRecipes | undefined;
    /** Whether nests take turns at shared float units (the default), or have their own and overlap where they may. */
    readonly nests?: "turns" | "overlap";
  };

/** A compiled graph file: what the manifest says, and every file of the build. */
export interface GraphBuild {
  readonly manifest: GraphManifest;
  readonly files: BuildFiles;
}

/** A file of a build as text; empty where there is none. */
export function contentOf({ files }: GraphBuild, path: string): string {
  return Buffer.from(files.get(path) ?? "").toString("utf8");
}

/** The text that was compiled, in the build. */
export const GRAPH_FILE = "ir/graph.mlir";

/** The program of linalg or TOSA that it comes from, in the build. */
const SOURCE_FILE = "ir/source.mlir";

/** Whether `model` is a graph file by its name. */
export function isGraphFile(model: string): boolean {
  return model.endsWith(".mlir");
}

/** Compiles a graph file to hardware: a complete build folder, in memory. Same input, same bytes. */
export async function compileGraphFile(
  path: string,
  options: GraphOptions,
  watch: JobWatch,
): Promise<Result<GraphBuild>> {
  const graph = await readGraph(path, options.top);
  return graph.kind === "error" ? graph : compileReadGraph(graph.value, options, watch);
}

/** The same for a graph that is read already. */
export async function compileReadGraph(
  graph: GraphFile,
  options: GraphOptions,
  watch: JobWatch,
): Promise<Result<GraphBuild>> {
  const planned = planReadGraph(graph, options, watch);
  return planned.kind === "ok" ? buildPlannedGraph(planned.value, options) : planned;
}

/** A graph with everything decided, and what decided it. */
export interface GraphPlan {
  readonly choices: Choices;
  readonly planned: PlannedGraph;
}

/** Decides everything about the hardware of a graph. */
export function planReadGraph(graph: GraphFile, options: GraphOptions, watch: JobWatch): Result<GraphPlan> {
  const device = loadDevice(options.device);
  if (device.kind === "error") return device;
  const design = designOf(graph, device.value, options);
  if (design.kind === "error") return design;
  watch.onProgress?.(`compiling @${graph.functionName} for ${device.value.name}`);
  watch.signal?.throwIfAborted();
  const { clock: clockMhz = device.value.clock_mhz, schedule } = options;
  const { module, functionName } = graph;
  const request = { module, functionName, design: design.value, device: device.value, clockMhz, schedule };
  const planned = planLoops(request, options, watch) ?? planGraph(request);
  if (planned.kind === "error") return planned;
  const choices = { graph, device: device.value, design: design.value, clockMhz, schedule };
  return ok({ choices, planned: planned.value });
}

/** Builds what was decided. */
export async function buildPlannedGraph(
  { choices, planned }: GraphPlan,
  options: Pick<GraphOptions, "emitIr" | "verifyEach">,
): Promise<Result<GraphBuild>> {
  const { graph, device } = choices;
  const compiled = buildGraph(planned);
  const { system, top, network } = compiled;
  const files = new Map<string, string>([
    ...[...emitVerilog([...system.modules, top])].map(([name, content]) => [`rtl/${name}`, content] as const),
    [DEVICE_FILE, `${JSON.stringify(device, undefined, 1)}\n`],
    [HARDWARE_FILE, [...system.modules, top].map((each) => printModule(each)).join("\n")],
    [GRAPH_FILE, graph.text],
  ]);
  if (graph.source !== undefined) files.set(SOURCE_FILE, graph.source);
  const wrong = await emitted(files, network.schedule, options);
  if (wrong.length > 0) return fail(...wrong);
  const manifest = graphManifestSchema.parse(describe(choices, compiled, files));
  files.set(MANIFEST_FILE, `${JSON.stringify(manifest, undefined, 1)}\n`);
  return ok({ manifest, files: new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1))) });
}

function designOf(
  { module, functionName }: GraphFile,
  device: DeviceFile,
  { interface: interfaces = {}, nests = "turns" }: Pick<GraphOptions, "interface" | "nests">,
): Result<GraphDesign> {
  const design = chooseGraphDesign(module, device);
  if (design.kind === "error") return design;
  const checked = checkInterfaces(module, functionName, interfaces);
  if (checked.kind === "error") return checked;
  return ok({ ...design.value, interfaces, nestsTakeTurns: nests === "turns" });
}

/** Adds the schedule for `--emit-ir`; what upstream's verifier says of every level for that and `--verify-each`. */
async function emitted(
  files: Map<string, string>,
  schedule: Operation,
  { emitIr, verifyEach }: Pick<CompileJobOptions, "emitIr" | "verifyEach">,
): Promise<readonly Diagnostic[]> {
  if (emitIr) files.set("ir/dataflow.mlir", printModule(schedule));
  if (!emitIr && !verifyEach) return [];
  const levels = [GRAPH_FILE, HARDWARE_FILE].map((file) => [file, files.get(file) ?? ""] as const);
  return checkUpstream(new Map([...levels, ["ir/4-loops.mlir", printModule(loopsModule(schedule))]]));
}

/** The plan of a function of loops with its loops as recipes say, or chosen; undefined where it is none, or one that the passes cannot read. */
function planLoops(
  request: GraphRequest & { readonly device: DeviceFile },
  { limit = {}, recipes }: GraphOptions,
  watch: JobWatch,
): Result<PlannedGraph> | undefined {
  if (!isLoopFunction(request.module, request.functionName)) return undefined;
  if (recipes !== undefined) return planRecipes(request, recipes);
  const planned = chooseLoops(request, { ...unitLimitsOf(request.device), ...limit });
  if (planned.kind === "ok") return planned;
  const reason = planned.diagnostics.map(({ message }) => message).join("; ");
  watch.onProgress?.(`loops are taken as they are: ${reason}`);
  return undefined;
}

/** What decides about the hardware of a graph. */
interface Choices {
  readonly graph: GraphFile;
  readonly device: DeviceFile;
  readonly design: GraphDesign;
  readonly clockMhz: number;
  readonly schedule: GraphManifest["design"]["schedule"];
}

function describe(
  { graph, device, design, clockMhz, schedule }: Choices,
  { system, network, memory, top, setup }: CompiledGraph,
  files: ReadonlyMap<string, string>,
): GraphManifest {
  const portBits = 8 * design.beatBytes;
  return {
    schema: "hidalgo.manifest/1",
    kind: "graph",
    top: PRODUCT_TOP,
    graph: { file: GRAPH_FILE, sha256: hashContent(graph.text), function: graph.functionName },
    rtl: [...files].flatMap(([path, content]) =>
      path.startsWith("rtl/") ? [{ path, sha256: hashContent(content) }] : [],
    ),
    ports: {
      clock: "ap_clk",
      reset: "ap_rst_n",
      axi: [{ name: "m_axi_gmem0", data_bits: portBits, addr_bits: 32 }],
      signals: describeSignals(top),
    },
    registers: manifestRegisters(system.registers).map(({ fields, ...register }) => ({
      ...register,
      fields: fields.map((field) => ({ ...field })),
    })),
    error_codes: { ...ERROR_TABLE },
    engines: network.bursts.map(({ name }) => name),
    setup: describeSetup(setup),
    memory: memory.regions.map((region) => ({
      name: region.name,
      base: region.base,
      bytes: region.bytes,
      file: null,
      sha256: null,
      crc32: null,
      layout:
        region.kind === "cache"
          ? { kind: region.kind, record: region.recordBytes }
          : {
              kind: region.kind,
              type: printType(region.type),
              row: region.rowBytes,
              interface: interfaceOf(design.interfaces, region.name),
            },
    })),
    design: {
      id: designIdText(system.designId),
      device: device.name,
      clock: { mhz: clockMhz, source: "assumed" },
      schedule,
      port_bits: portBits,
      row_lanes: design.rowLanes,
      interfaces: { ...design.interfaces },
      units: countUnits([...system.modules, top], PRODUCT_TOP),
    },
    versions: { hidalgo: packageVersion() },
  };
}
