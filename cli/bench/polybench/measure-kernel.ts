import { basename } from "node:path";
import { outputsOf, regionsOf } from "../../../backend-hls/index.ts";
import type { KernelInstance, PolybenchKernel } from "../../../bench/polybench/kernel.ts";
import type { Rounding } from "../../../bench/polybench/kernel-text.ts";
import { fail, ok, present, type Result } from "../../../ir/index.ts";
import { type SynthesisFamily, synthesize } from "../../../sim/index.ts";
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
import type { KernelRun } from "../../schemas/graph-manifest.ts";
import { countOperations, type OperationCounts } from "./count-operations.ts";

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

/** What the hardware of a kernel did. */
type KernelRunMeasure = Pick<
  KernelRun,
  "cycles" | "transfer_cycles" | "matches_reference" | "first_mismatch" | "errors" | "simulator"
>;

/** What a kernel needs and gives. */
export interface KernelMeasure {
  /** By the plan: interval times iterations, plus depths, nest after nest. */
  readonly estimatedCycles: number;
  /** Absent where nothing was simulated. */
  readonly run: KernelRunMeasure | undefined;
  readonly clockMhz: number;
  /** What the program asks for, as it is written. */
  readonly operations: OperationCounts;
  /** Float units; absent where nothing was built. */
  readonly units: Readonly<Record<string, number>>;
  readonly area: { readonly dsp: number; readonly lut: number; readonly bram18: number } | undefined;
}

/** Cycles of a kernel: of the hardware, or of the estimate where there was no hardware. */
export function cyclesOf({ run, estimatedCycles }: KernelMeasure): number {
  return run?.cycles ?? estimatedCycles;
}

/** Compiles and simulates a kernel with the suite's inputs, and compares with its plain reference. */
export async function measureKernel(each: KernelCase, watch: JobWatch): Promise<Result<KernelMeasure>> {
  const { kernel, size, rounding, instance } = each;
  const text = instance.text(rounding);
  const graph = parseGraph(text, `${kernel.name}.${size}.mlir`, kernel.top);
  if (graph.kind === "error") return graph;
  const plan = planReadGraph(graph.value, each.hardware, watch);
  if (plan.kind === "error") return plan;
  const common = {
    clockMhz: plan.value.choices.clockMhz,
    operations: countOperations(graph.value.module, kernel.top),
  };
  const estimate = (started?: HardwareRun["started"]): Result<number> =>
    estimateGraphPlan(plan.value, each.simulation.memory, started);
  if (each.estimateOnly) {
    const cycles = estimate();
    if (cycles.kind === "error") return cycles;
    return ok({ ...common, estimatedCycles: cycles.value, run: undefined, units: {}, area: undefined });
  }
  const build = await buildPlannedGraph(plan.value, each.hardware);
  if (build.kind === "error") return build;
  const run = await runKernel(each, build.value, watch);
  if (run.kind === "error") return run;
  const area = each.family === undefined ? ok(undefined) : await areaOf(build.value, each.family, watch);
  if (area.kind === "error") return area;
  const { units } = build.value.manifest.design;
  const { started, ...measured } = run.value;
  const estimated = estimate(started);
  if (estimated.kind === "error") return estimated;
  return ok({ ...common, estimatedCycles: estimated.value, run: measured, units, area: area.value });
}

async function runKernel(
  { kernel, instance, simulation }: KernelCase,
  build: GraphBuild,
  watch: JobWatch,
): Promise<Result<KernelRunMeasure & Pick<HardwareRun, "started">>> {
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
  if (wide?.kind === "error") return fail(...wide.diagnostics);
  const { results, cycles, transfer_cycles, simulator, started } = simulated.value;
  const compared = compareOutputs(memory, {
    found: results,
    strict: outputsOf(memory).map(({ name }) => present(wanted.get(name), name)),
    wide: wide?.value,
  });
  return ok({ ...compared, cycles, transfer_cycles, simulator, started });
}

async function areaOf(
  build: GraphBuild,
  family: SynthesisFamily,
  { signal }: JobWatch,
): Promise<Result<NonNullable<KernelMeasure["area"]>>> {
  const files = new Map(build.manifest.rtl.map(({ path }) => [basename(path), contentOf(build, path)]));
  const report = await synthesize(files, build.manifest.top, family, { signal });
  if (report.kind === "error") return report;
  const { dsp, lut, bram18 } = report.value.total;
  return ok({ dsp, lut, bram18 });
}
