import { at, fail, ok, type Result } from "../../ir/index.ts";
import { noSchedule } from "../kernel/diagnostics.ts";
import type { KernelGraph } from "../kernel/node.ts";
import type { Characteristics } from "../library/operator.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import type { Schedule, SolveResult } from "../problem/schedule.ts";
import { scheduleModulo } from "../solvers/modulo.ts";
import { scheduleSequential } from "../solvers/sequential.ts";
import { type KernelProblem, kernelProblem } from "./kernel-problem.ts";

/** `optimized` and `pipelined` overlap iterations; `sequential` does one operation after another, as a tool without directives. */
export type ScheduleMode = "optimized" | "pipelined" | "sequential";

/** When each node of an iteration happens, and how often an iteration may begin. */
export interface ScheduledKernel {
  readonly graph: KernelGraph;
  readonly schedule: Schedule;
  readonly timing: readonly Characteristics[];
  /** A command begins only when the one before has left the pipeline. */
  readonly drains: boolean;
  /** Iterations never overlap: the pipeline is empty whenever the next may begin. */
  readonly exclusive: boolean;
}

/** Initiation intervals above this are given up. */
const MAX_II = 4096;

/** Schedules a kernel: the smallest initiation interval, then the smallest depth. */
export function scheduleKernel(
  library: OperatorLibrary,
  graph: KernelGraph,
  mode: ScheduleMode,
): Result<ScheduledKernel> {
  const across = solve(library, graph, mode, true);
  if (across.problem.crossesCommands && (across.result.kind !== "schedule" || across.result.ii > 1)) {
    const within = solve(library, graph, mode, false);
    if (
      within.result.kind === "schedule" &&
      (across.result.kind !== "schedule" || within.result.ii < across.result.ii)
    ) {
      return ok(finish(graph, within.problem, within.result, true));
    }
  }
  if (across.result.kind !== "schedule")
    return fail(noSchedule(at(graph.nodes, 0).span, { kernel: graph.name, reason: across.result.message }));
  return ok(finish(graph, across.problem, across.result, false));
}

function solve(
  library: OperatorLibrary,
  graph: KernelGraph,
  mode: ScheduleMode,
  acrossCommands: boolean,
): { readonly problem: KernelProblem; readonly result: SolveResult } {
  const problem = kernelProblem(library, graph, acrossCommands);
  const result =
    mode === "sequential"
      ? scheduleSequential(problem.problem)
      : scheduleModulo(problem.problem, { maxIi: MAX_II, targetIi: graph.targetIi });
  return { problem, result };
}

function finish(
  graph: KernelGraph,
  problem: KernelProblem,
  schedule: Schedule,
  drains: boolean,
): ScheduledKernel {
  return { graph, schedule, timing: problem.timing, drains, exclusive: schedule.ii >= schedule.depthCycles };
}
