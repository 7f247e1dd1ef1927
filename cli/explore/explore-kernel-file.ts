import { mkdirSync } from "node:fs";
import { basename } from "node:path";
import { checkInterfaces, chooseGraphDesign, isLoopFunction, loadDevice } from "../../backend-hls/index.ts";
import {
  exploreKernel,
  KERNEL_OBJECTIVES,
  type KernelEvaluation,
  type KernelExploration,
  type KernelExploreRequest,
  kernelPage,
  kernelReport,
  kernelTable,
  type Limits,
  type MeasuredKernel,
  type UnitLimits,
} from "../../dse/index.ts";
import { at, builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { hashContent } from "../build-folder/read-build-folder.ts";
import { compileReadGraph } from "../graph/compile-graph.ts";
import { type GraphFile, readGraph } from "../graph/read-graph.ts";
import { simulateGraph } from "../graph/simulate-graph.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { simulationDefaults } from "../options/generation-options.ts";
import type { KernelOptions } from "../options/kernel-options.ts";
import {
  type KernelExploreReport,
  kernelEvaluation,
  kernelExploreSchema,
} from "../schemas/explore-kernel.ts";
import { confirmPoints } from "./confirm-points.ts";
import { noKernelSpace, noObjective } from "./diagnostics.ts";
import { readEvaluations, writeEvaluations } from "./evaluations-file.ts";
import { writeReport } from "./write-report.ts";

/** Everything that `explore` can be told of a kernel. */
export interface KernelExploreJob extends Pick<KernelOptions, "top" | "interface"> {
  /** Float units at most. */
  readonly units?: UnitLimits | undefined;
  readonly device: string;
  readonly objective: string;
  readonly clock?: readonly number[] | undefined;
  readonly limit?: Limits | undefined;
  readonly seed: number;
  readonly effort: number;
  readonly isResumed: boolean;
  /** Points that are built and simulated: the chosen one, then others of the front. */
  readonly confirm: number;
}

/** Within this factor of the best the smaller design is taken. */
const WORTH = 1.02;

/** Explores the loops of a kernel and writes the report's files into `folder`. */
export async function exploreKernelFile(
  path: string,
  folder: string,
  job: KernelExploreJob,
  watch: JobWatch,
): Promise<Result<KernelExploreReport>> {
  const graph = await readGraph(path, job.top);
  if (graph.kind === "error") return graph;
  const request = requestOf(graph.value, job);
  if (request.kind === "error") return request;
  const subject = subjectOf(graph.value, request.value);
  const kept = job.isResumed
    ? readEvaluations(folder, subject, kernelEvaluation)
    : ok(new Map<string, never>());
  if (kept.kind === "error") return kept;
  const known = new Map<number, KernelEvaluation>(
    [...kept.value].map(([budget, evaluation]) => [Number(budget), evaluation]),
  );
  mkdirSync(folder, { recursive: true });
  const explored = await exploreKernel(request.value, {
    known,
    signal: watch.signal,
    onProgress: ({ planned, space, best }) => {
      writeEvaluations(folder, subject, known);
      watch.onProgress?.(`${String(planned)} of ${String(space)} budgets planned; best: ${best}`);
    },
  });
  if (explored.kind === "error") return explored;
  const measured = await confirm(graph.value, explored.value, job, watch);
  if (measured.kind === "error") return measured;
  const names = { model: basename(path, ".mlir"), functionName: graph.value.functionName };
  const report = kernelReport(names, explored.value, measured.value);
  const table = kernelTable(explored.value, measured.value);
  writeReport(folder, { report, table, page: kernelPage(report, explored.value) });
  return ok(kernelExploreSchema.parse(report));
}

function requestOf(
  { module, functionName }: GraphFile,
  {
    device: name,
    objective,
    clock,
    limit,
    seed,
    effort,
    interface: interfaces = {},
    units = {},
  }: KernelExploreJob,
): Result<KernelExploreRequest> {
  const device = loadDevice(name);
  if (device.kind === "error") return device;
  const known = KERNEL_OBJECTIVES.find((each) => each === objective);
  if (known === undefined) return fail(noObjective(builtSpan("--objective"), { objective }));
  if (!isLoopFunction(module, functionName))
    return fail(noKernelSpace(builtSpan(functionName), { name: functionName }));
  const design = chooseGraphDesign(module, device.value);
  if (design.kind === "error") return design;
  const checked = checkInterfaces(module, functionName, interfaces);
  if (checked.kind === "error") return checked;
  return ok({
    module,
    functionName,
    device: device.value,
    design: { ...design.value, interfaces },
    clockMhz: clock?.[0] ?? device.value.clock_mhz,
    schedule: "optimized",
    objective: known,
    limits: limit,
    units,
    seed,
    effort,
    worth: WORTH,
  });
}

/** Builds and simulates the chosen point, and more of the front, on random arrays. */
async function confirm(
  graph: GraphFile,
  { request, points, chosen }: KernelExploration,
  job: KernelExploreJob,
  watch: JobWatch,
): Promise<Result<ReadonlyMap<number, MeasuredKernel>>> {
  const count = job.confirm;
  return confirmPoints({ points, chosen }, { count, signal: watch.signal }, async (id) => {
    const { evaluation } = at(points, id);
    const hardware = {
      device: job.device,
      clock: request.clockMhz,
      schedule: "optimized",
      emitIr: false,
      verifyEach: false,
    } as const;
    const loops = { interface: job.interface, recipes: evaluation?.recipes };
    const build = await compileReadGraph(graph, { ...hardware, ...loops }, watch);
    if (build.kind === "error") return build;
    const options = { ...simulationDefaults, check: true, seed: job.seed };
    const run = await simulateGraph("report", build.value, options, watch);
    if (run.kind === "error") return run;
    const { cycles, matches_reference, simulator } = run.value;
    watch.onProgress?.(
      `point ${String(id)}: ${String(cycles)} cycles in RTL, ${String(evaluation?.cycles)} expected`,
    );
    return ok({ cycles, matches_reference, simulator });
  });
}

/** What makes an exploration: designs of one serve no other. */
function subjectOf(
  { text, functionName }: GraphFile,
  { device, clockMhz, design, units }: KernelExploreRequest,
): string {
  const kind = JSON.stringify([design.interfaces, units]);
  return `@${functionName} ${hashContent(text).slice(0, 16)} on ${device.name} at ${String(clockMhz)} MHz ${kind}`;
}
