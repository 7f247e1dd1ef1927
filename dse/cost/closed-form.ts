import {
  type ArrayShape,
  arrayMacs,
  type Device,
  type MatrixPlan,
  type ModelShape,
  macsAndBytes,
  type Plan,
  planAccelerator,
} from "../../backend-hls/index.ts";
import type { Timings } from "./kernel-timing.ts";
import { memoryPace } from "./memory-pace.ts";
import { stepCycles } from "./step-cycles.ts";
import { type StepCycles, type Workload, type WorkStep, workSteps } from "./workload.ts";

/** A design for which cycles are asked. */
export interface CostTarget {
  readonly model: ModelShape;
  readonly shape: ArrayShape;
  readonly device: Device;
  readonly clockMhz: number;
  readonly workload: Workload;
}

/** Cycles of the steps of a workload in closed form, from the intervals and depths of scheduled kernels. */
export function closedForm(target: CostTarget, timings: Timings): StepCycles {
  const plan = planAccelerator(target.model, target.shape);
  const memory = memoryPace(target.device, plan.beatBytes, target.clockMhz);
  return forSteps(target, ({ rows, position, sequences, emits }) =>
    stepCycles(
      { plan, timings, memory },
      { rows, context: sequences === 1 ? position + Math.ceil((rows + 1) / 2) : position + 1, emits },
    ),
  );
}

/** What no schedule goes below: beats of the array and products of attention one after the other, or the memory port. */
export function leastCycles(target: CostTarget): StepCycles {
  const plan = planAccelerator(target.model, target.shape);
  const memory = memoryPace(target.device, plan.beatBytes, target.clockMhz);
  return forSteps(target, (step) => {
    const array = arrayBeats(plan, step);
    const { attention } = arrayMacs(target.model, plan);
    const macs = macsAndBytes(target.model, step.rows, step.position + 1).attentionMacs;
    const port = portBeats(plan, step) * memory.cyclesPerBeat;
    return Math.floor(Math.max(array + macs / attention, port));
  });
}

function forSteps({ workload, shape }: CostTarget, cyclesOf: (step: WorkStep) => number): StepCycles {
  const steps = workSteps(workload, shape.rows);
  return {
    decode: cyclesOf(steps.decode),
    firstChunk: cyclesOf(steps.firstChunk),
    lateChunk: cyclesOf(steps.lateChunk),
    lastChunk: cyclesOf(steps.lastChunk),
  };
}

/** Beats of the array: every tile of every matrix, once for each group of rows. */
function arrayBeats(plan: Plan, { rows, sequences, emits }: WorkStep): number {
  const groups = Math.ceil(rows / plan.pt);
  const emitted = emits ? Math.ceil((sequences === 1 ? 1 : rows) / plan.pt) : 0;
  const beats = ({ tiles, beats: perTile }: MatrixPlan): number => tiles * perTile;
  const layer = [plan.qkv, plan.wo, plan.gateUp, plan.down].reduce((sum, matrix) => sum + beats(matrix), 0);
  return plan.model.layers * layer * groups + beats(plan.head) * emitted;
}

/** Beats of weights over the memory port. */
function portBeats(plan: Plan, { emits }: WorkStep): number {
  const beats = ({ tiles, tileBeats }: MatrixPlan): number => tiles * tileBeats;
  const layer = [plan.qkv, plan.wo, plan.gateUp, plan.down].reduce((sum, matrix) => sum + beats(matrix), 0);
  return plan.model.layers * layer + (emits ? beats(plan.head) : 0);
}
