import {
  type ArrayShape,
  type CellCounts,
  type CompiledAccelerator,
  compileAccelerator,
  type Device,
  type ModelShape,
  planArea,
  type ScheduleMode,
} from "../../backend-hls/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import { closedForm } from "../cost/closed-form.ts";
import { type KernelTiming, timingsOf, timingTable } from "../cost/kernel-timing.ts";
import { type StepCycles, type Workload, workSteps } from "../cost/workload.ts";
import { replaySteps } from "./replay-steps.ts";

/** One design to be planned; plain data, so that it can go to another thread. */
export interface Task {
  readonly model: ModelShape;
  readonly shape: ArrayShape;
  readonly device: Device;
  readonly clockMhz: number;
  readonly schedule: ScheduleMode;
  readonly workload: Workload;
  /** Whether steps are replayed; else their cycles are the closed form's. */
  readonly replay: boolean;
}

/** What a planned design is; plain data. */
export interface Evaluation {
  readonly cells: CellCounts;
  readonly kernels: Readonly<Record<string, KernelTiming>>;
  readonly cycles: StepCycles;
  /** Steps replayed as a whole, put together from replays of fewer layers and words, or in closed form from the schedule. */
  readonly evidence: "replayed" | "extrapolated" | "planned";
  /** Of the external memory, one sequence of full length for each row of the decode step. */
  readonly memoryBytes: number;
}

/** Schedules all kernels of a design, maps its modules, and replays the steps of the workload. */
export function evaluate(task: Task): Result<Evaluation> {
  const { model, shape, device, clockMhz, schedule, workload } = task;
  const { sequences } = workSteps(workload, shape.rows).decode;
  const compiled = compileAccelerator({ model, shape, device, clockMhz, schedule, sequences });
  if (compiled.kind === "error") return compiled;
  const cells = planArea(compiled.value).total;
  const kernels = timingTable(compiled.value.network);
  const memoryBytes = compiled.value.layout.bytes;
  if (!task.replay)
    return ok({
      cells,
      kernels,
      cycles: closedForm(task, timingsOf(kernels)),
      evidence: "planned",
      memoryBytes,
    });
  const replayed = replayWork(task, compiled.value);
  if (replayed.kind === "error") return replayed;
  return ok({ cells, kernels, ...replayed.value, memoryBytes });
}

/** Cycles of the steps of a workload; of a prompt that fits one chunk only the last chunk counts. */
function replayWork(
  task: Task,
  compiled: CompiledAccelerator,
): Result<Pick<Evaluation, "cycles" | "evidence">> {
  const steps = workSteps(task.workload, task.shape.rows);
  const chunks = steps.chunks > 1 ? [steps.firstChunk, steps.lateChunk] : [];
  const timings = timingsOf(timingTable(compiled.network));
  const formed = (model: ModelShape): readonly number[] => {
    const { decode, firstChunk, lateChunk, lastChunk } = closedForm({ ...task, model }, timings);
    return [decode, lastChunk, firstChunk, lateChunk];
  };
  const replayed = replaySteps(task, compiled, [steps.decode, steps.lastChunk, ...chunks], formed);
  if (replayed.kind === "error") return replayed;
  const [decode = 0, lastChunk = 0, firstChunk = lastChunk, lateChunk = lastChunk] = replayed.value.cycles;
  const evidence = replayed.value.isWhole ? "replayed" : "extrapolated";
  return ok({ cycles: { decode, firstChunk, lateChunk, lastChunk }, evidence });
}
