import { basename } from "node:path";
import { outputsOf, regionsOf } from "../../../backend-hls/index.ts";
import type { PolybenchKernel, Size } from "../../../bench/polybench/kernel.ts";
import type { Rounding } from "../../../bench/polybench/kernel-text.ts";
import { fail, ok, present, type Result } from "../../../ir/index.ts";
import { type SynthesisFamily, synthesize } from "../../../sim/index.ts";
import { compareOutputs } from "../../graph/compare-outputs.ts";
import {
  compileReadGraph,
  contentOf,
  type GraphBuild,
  type GraphOptions,
} from "../../graph/compile-graph.ts";
import { parseGraph } from "../../graph/read-graph.ts";
import { wideReference } from "../../graph/reference.ts";
import { runHardware } from "../../graph/run-hardware.ts";
import { openGraph } from "../../graph/simulate-graph.ts";
import type { JobWatch } from "../../jobs/job-watch.ts";
import type { SimulationOptions } from "../../options/generation-options.ts";
import type { KernelRun } from "../../schemas/graph-manifest.ts";
import { countOperations, type OperationCounts } from "./count-operations.ts";

/** One row of the table: what is compiled, and how. */
export interface KernelCase {
  readonly kernel: PolybenchKernel;
  readonly size: Size;
  readonly rounding: Rounding;
  readonly hardware: GraphOptions;
  readonly simulation: SimulationOptions;
  /** Cells to synthesize for; absent: no synthesis. */
  readonly family: SynthesisFamily | undefined;
}

/** What a kernel needs and gives. */
export interface KernelMeasure
  extends Pick<
    KernelRun,
    "cycles" | "transfer_cycles" | "matches_reference" | "first_mismatch" | "errors" | "simulator"
  > {
  readonly clockMhz: number;
  /** What the program asks for, as it is written. */
  readonly operations: OperationCounts;
  readonly units: Readonly<Record<string, number>>;
  readonly area: { readonly dsp: number; readonly lut: number; readonly bram18: number } | undefined;
}

/** Compiles and simulates a kernel with the suite's inputs, and compares with its plain reference. */
export async function measureKernel(each: KernelCase, watch: JobWatch): Promise<Result<KernelMeasure>> {
  const { kernel, size, rounding } = each;
  const text = kernel.at(size).text(rounding);
  const graph = parseGraph(text, `${kernel.name}.${size}.mlir`, kernel.top);
  if (graph.kind === "error") return graph;
  const build = await compileReadGraph(graph.value, each.hardware, watch);
  if (build.kind === "error") return build;
  const run = await runKernel(each, build.value, watch);
  if (run.kind === "error") return run;
  const area = each.family === undefined ? ok(undefined) : await areaOf(build.value, each.family, watch);
  if (area.kind === "error") return area;
  const { clock, units } = build.value.manifest.design;
  const operations = countOperations(graph.value.module, kernel.top);
  return ok({ ...run.value, clockMhz: clock.mhz, operations, units, area: area.value });
}

async function runKernel(
  { kernel, size, simulation }: KernelCase,
  build: GraphBuild,
  watch: JobWatch,
): Promise<Result<Omit<KernelMeasure, "clockMhz" | "operations" | "units" | "area">>> {
  const opened = openGraph(kernel.name, build);
  if (opened.kind === "error") return opened;
  const { graph, memory } = opened.value;
  const { inputs, reference } = kernel.at(size);
  const given = inputs();
  const arrays = regionsOf(memory, "argument").map(({ name }) => present(given.get(name), name));
  const simulated = await runHardware(build, memory, arrays, { options: simulation, watch });
  if (simulated.kind === "error") return simulated;
  const wanted = reference();
  const wide = wideReference(graph, memory, arrays);
  if (wide?.kind === "error") return fail(...wide.diagnostics);
  const { results, cycles, transfer_cycles, simulator } = simulated.value;
  const compared = compareOutputs(memory, {
    found: results,
    strict: outputsOf(memory).map(({ name }) => present(wanted.get(name), name)),
    wide: wide?.value,
  });
  return ok({ ...compared, cycles, transfer_cycles, simulator });
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
