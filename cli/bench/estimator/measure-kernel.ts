import {
  buildGraph,
  chooseGraphDesign,
  type Device,
  encodeArguments,
  GraphEstimator,
  type GraphRequest,
  loadDevice,
  PHASES,
  type PlannedGraph,
  planGraph,
  regionsOf,
  startFields,
} from "../../../backend-hls/index.ts";
import { RtlDevice } from "../../../bench/estimate/rtl-device.ts";
import { POLYBENCH } from "../../../bench/polybench/kernels.ts";
import { chooseLoops, graphCycles, unitLimitsOf } from "../../../dse/index.ts";
import { type MemoryParameters, ok, present, type Result } from "../../../ir/index.ts";
import { parseGraph } from "../../graph/read-graph.ts";
import { chooseMemory } from "../../rtl/choose-memory.ts";
import type { MeasuredPoint } from "./measured-point.ts";
import type { KernelDesign } from "./points.ts";

/** Builds a kernel and runs it: arrays on chip are loaded first, their run alone counts. */
export async function measureKernel(design: KernelDesign): Promise<Result<readonly MeasuredPoint[]>> {
  const planned = planKernel(design);
  if (planned.kind === "error") return planned;
  const { plan, memory, image } = planned.value;
  const hardware = buildGraph(plan);
  const rtl = await RtlDevice.open({ product: hardware, setup: hardware.setup, image }, memory);
  const estimator = new GraphEstimator(plan.network, memory);
  const hasPhases = startFields(plan.lowered.schedule).length > 1;
  let measured = { search: 0, replay: 0, rtl: 0, times: { search: 0, replay: 0, rtl: 0 } };
  for (const phase of hasPhases ? (["load", "run"] as const) : (["all"] as const)) {
    const run = await rtl.start({ memory: 0, ...(hasPhases ? { phase: PHASES[phase] } : {}) });
    const begun = performance.now();
    const replay = estimator.run(phase, run.start);
    const replayed = performance.now();
    const search = graphCycles(plan, memory, run.start).run;
    const searched = performance.now();
    const times = { search: searched - replayed, replay: replayed - begun, rtl: run.wallMs };
    measured = { search, replay, rtl: present(run.counters["total"], "the counter"), times };
  }
  await rtl.close();
  return ok([{ name: nameOf(design), ...measured }]);
}

interface PlannedKernel {
  readonly plan: PlannedGraph;
  readonly memory: MemoryParameters;
  readonly image: Uint8Array;
}

/** The kernel with its loops chosen, its memory filled with the suite's arrays. */
function planKernel(design: KernelDesign): Result<PlannedKernel> {
  const kernel = present(
    POLYBENCH.find(({ name }) => name === design.kernel),
    design.kernel,
  );
  const instance = kernel.at("mini");
  const graph = parseGraph(instance.text(design.rounding), `${kernel.name}.mlir`, kernel.top);
  if (graph.kind === "error") return graph;
  const device = loadDevice(design.device);
  if (device.kind === "error") return device;
  const own = chooseGraphDesign(graph.value.module, device.value);
  if (own.kind === "error") return own;
  const { module, functionName } = graph.value;
  const { clock_mhz: clockMhz } = device.value;
  const { schedule, units, interface: kind } = design;
  const shape = { ...own.value, interfaces: { "*": kind } };
  const request = { module, functionName, design: shape, device: device.value, clockMhz, schedule };
  const plan = planLoops(request, units);
  if (plan.kind === "error") return plan;
  const { bytes, beatBytes } = plan.value.lowered.memory;
  const memory = chooseMemory(design.memory, device.value, { memoryBytes: bytes, beatBytes, clockMhz });
  if (memory.kind === "error") return memory;
  const inputs = instance.inputs();
  const arrays = regionsOf(plan.value.lowered.memory, "argument").map(({ name }) =>
    present(inputs.get(name), name),
  );
  const image = encodeArguments(plan.value.lowered.memory, arrays);
  return ok({ plan: plan.value, memory: memory.value.parameters, image });
}

/** Loops that the passes cannot read are taken as they are, as by `compile`. */
function planLoops(request: GraphRequest & { readonly device: Device }, units: number): Result<PlannedGraph> {
  const limits = { ...unitLimitsOf(request.device), mul: units, add: units };
  const chosen = chooseLoops(request, limits);
  return chosen.kind === "ok" ? chosen : planGraph(request);
}

function nameOf(design: KernelDesign): string {
  const { kernel, rounding, schedule, units, device, memory } = design;
  const limit = `${String(units)} units`;
  return [kernel, rounding, schedule, limit, design.interface, device, memory ?? "own memory"].join(", ");
}
