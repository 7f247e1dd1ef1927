import { z } from "zod";
import { outputsOf, regionsOf } from "../../../backend-hls/index.ts";
import type { KernelInstance, PolybenchKernel } from "../../../bench/polybench/kernel.ts";
import type { Rounding } from "../../../bench/polybench/kernel-text.ts";
import { ok, present, type Result } from "../../../ir/index.ts";
import type { SynthesisFamily } from "../../../sim/index.ts";
import { compareOutputs } from "../../graph/compare-outputs.ts";
import {
  buildPlannedGraph,
  contentOf,
  type GraphBuild,
  type GraphOptions,
  planReadGraph,
} from "../../graph/compile-graph.ts";
import { estimateGraphPlan } from "../../graph/estimate-graph.ts";
import { parseGraph } from "../../graph/read-graph.ts";
import { wideReference } from "../../graph/reference.ts";
import { type HardwareRun, runHardware } from "../../graph/run-hardware.ts";
import { openGraph } from "../../graph/simulate-graph.ts";
import type { JobWatch } from "../../jobs/job-watch.ts";
import type { SimulationOptions } from "../../options/generation-options.ts";
import { DEVICE_FILE } from "../../rtl/build-parts.ts";
import { kernelRunSchema } from "../../schemas/graph-manifest.ts";
import { countOperations, type OperationCounts } from "./count-operations.ts";
import type { KeptResults } from "./kept-results.ts";
import { areaOf, type MeasuredArea } from "./kernel-area.ts";

/** One row of the table: what is compiled, and how. */
export interface KernelCase {
  readonly kernel: PolybenchKernel;
  /** The size's name, and the kernel at that size. */
  readonly size: string;
  readonly instance: KernelInstance;
  readonly rounding: Rounding;
  readonly hardware: GraphOptions;
  readonly simulation: SimulationOptions;
  /** Cells to synthesize for; absent: no synthesis. */
  readonly family: SynthesisFamily | undefined;
  /** No hardware: cycles are the estimate alone. */
  readonly estimateOnly: boolean;
}

const measuredRun = kernelRunSchema.pick({
  cycles: true,
  transfer_cycles: true,
  matches_reference: true,
  first_mismatch: true,
  errors: true,
  simulator: true,
});

/** A run of a kernel's hardware, compared with the reference. */
export type MeasuredRun = z.infer<typeof measuredRun>;

const timedRun = measuredRun.extend({
  started: z.partialRecord(z.enum(["load", "run", "unload"]), z.number()),
});

/** The same with the moments at which its phases began, which make the estimate exact. */
type TimedRun = z.infer<typeof timedRun>;

/** What a kernel needs and gives. */
export interface KernelMeasure {
  /** By the plan: interval times iterations, plus depths, nest after nest. */
  readonly estimatedCycles: number;
  /** Absent where nothing was simulated. */
  readonly run: MeasuredRun | undefined;
  readonly clockMhz: number;
  /** What the program asks for, as it is written. */
  readonly operations: OperationCounts;
  /** Float units; absent where nothing was built. */
  readonly units: Readonly<Record<string, number>>;
  readonly area: MeasuredArea | undefined;
}

/** Cycles of a kernel: of the hardware, or of the estimate where there was no hardware. */
export function cyclesOf({ run, estimatedCycles }: KernelMeasure): number {
  return run?.cycles ?? estimatedCycles;
}

/** Designs that take more cycles than this by the plan are not simulated. */
const MOST_SIMULATED = 200e6;

/** What a measurement tells and where it keeps what takes long. */
export interface MeasureScene {
  readonly watch: JobWatch;
  readonly kept: KeptResults;
}

/** Compiles and simulates a kernel with the suite's inputs, and compares with its plain reference. */
export async function measureKernel(each: KernelCase, scene: MeasureScene): Promise<Result<KernelMeasure>> {
  const { kernel, size, rounding, instance } = each;
  const text = instance.text(rounding);
  const graph = parseGraph(text, `${kernel.name}.${size}.mlir`, kernel.top);
  if (graph.kind === "error") return graph;
  const plan = planReadGraph(graph.value, each.hardware, scene.watch);
  if (plan.kind === "error") return plan;
  const { clockMhz } = plan.value.choices;
  const common = { clockMhz, operations: countOperations(graph.value.module, kernel.top) };
  const estimate = (started?: HardwareRun["started"]): Result<number> =>
    estimateGraphPlan(plan.value, each.simulation.memory, started);
  const expected = estimate();
  if (expected.kind === "error") return expected;
  if (each.estimateOnly || expected.value > MOST_SIMULATED)
    return ok({ ...common, estimatedCycles: expected.value, run: undefined, units: {}, area: undefined });
  const build = await buildPlannedGraph(plan.value, each.hardware);
  if (build.kind === "error") return build;
  const run = await runKernel(each, build.value, scene);
  if (run.kind === "error") return run;
  const area = each.family === undefined ? ok(undefined) : await areaOf(build.value, each.family, scene);
  if (area.kind === "error") return area;
  const { units } = build.value.manifest.design;
  const { started, ...measured } = run.value;
  const estimated = estimate(started);
  if (estimated.kind === "error") return estimated;
  return ok({ ...common, estimatedCycles: estimated.value, run: measured, units, area: area.value });
}

/** The run of a design, kept by the design, the simulation and the kernel whose inputs it gets. */
function runKernel(
  each: KernelCase,
  build: GraphBuild,
  { watch, kept }: MeasureScene,
): Promise<Result<TimedRun>> {
  const { kernel, size, rounding, simulation } = each;
  const design = build.manifest.rtl.map(({ sha256 }) => sha256);
  const causes = [
    ...["run", kernel.name, size, rounding, JSON.stringify(simulation), contentOf(build, DEVICE_FILE)],
    ...design,
  ];
  return kept.get({ causes, schema: timedRun }, () => simulateKernel(each, build, watch));
}

async function simulateKernel(
  { kernel, instance, simulation }: KernelCase,
  build: GraphBuild,
  watch: JobWatch,
): Promise<Result<TimedRun>> {
  const opened = openGraph(kernel.name, build);
  if (opened.kind === "error") return opened;
  const { graph, memory } = opened.value;
  const { inputs, reference } = instance;
  const given = inputs();
  const arrays = regionsOf(memory, "argument").map(({ name }) => present(given.get(name), name));
  const simulated = await runHardware(build, memory, arrays, { options: simulation, watch });
  if (simulated.kind === "error") return simulated;
  const wanted = reference();
  const wide = wideReference(graph, memory, arrays);
  if (wide?.kind === "error") return wide;
  const { results, cycles, transfer_cycles, simulator, started } = simulated.value;
  const compared = compareOutputs(memory, {
    found: results,
    strict: outputsOf(memory).map(({ name }) => present(wanted.get(name), name)),
    wide: wide?.value,
  });
  return ok({ ...compared, cycles, transfer_cycles, simulator, started });
}
