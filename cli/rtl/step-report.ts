import {
  type CompiledAccelerator,
  type DeadlockFinding,
  type Device,
  type EstimatedStep,
  estimateStep,
  type KernelInterval,
  kernelIntervals,
  type PlanArea,
  planArea,
  QueueWitness,
  type Row,
  weightBeats,
} from "../../backend-hls/index.ts";
import { CompilerBug } from "../../ir/index.ts";
import { chooseMemory } from "./choose-memory.ts";

/** What is compiled, and for what. */
export interface ReportedDesign {
  readonly compiled: CompiledAccelerator;
  readonly device: Device;
  readonly clockMhz: number;
  readonly workload: { readonly prompt: number; readonly output: number };
}

/** A step with its estimate. */
export interface ReportedStep {
  readonly name: "decode" | "prefill";
  readonly rows: number;
  /** Of the first row. */
  readonly position: number;
  readonly estimate: EstimatedStep;
  /** What the replay of the step proves about its queues. */
  readonly deadlock: DeadlockFinding;
}

/** What the compiler knows of a design's pace. */
export interface StepReport {
  readonly memoryModel: string;
  /** Empty where the weights are so many that replaying them takes longer than the rest of compiling. */
  readonly steps: readonly ReportedStep[];
  readonly kernels: readonly KernelInterval[];
  /** Cells of each kernel, and of what is between them. */
  readonly area: PlanArea;
}

/** Why a step that was replayed ends in hardware, whatever its memory does. */
export const DEADLOCK_ARGUMENT =
  "Iterations begin when their elements and spaces are there and for no other reason, so whether a step ends depends on its commands alone. In the replayed steps every element came before it was taken and every space was freed before it was taken again: cycles rise along all edges of the marked graph of iterations, elements and spaces, so every cycle of kernels and queues holds a token or a space.";

/** Beats of the array above which a step is not replayed: a second or two. */
const MOST_BEATS = 400_000;

/** Replays a decode step in the middle of the output and, with several rows, a chunk of the prompt. */
export function stepReport({ compiled, device, clockMhz, workload }: ReportedDesign): StepReport {
  const { plan, network } = compiled;
  const sizes = { memoryBytes: compiled.layout.bytes, beatBytes: plan.beatBytes, clockMhz };
  const chosen = chooseMemory(undefined, device, sizes);
  if (chosen.kind === "error") throw new CompilerBug("a device has a memory of its own");
  const { name: memoryModel, parameters: memory } = chosen.value;
  const report = { memoryModel, kernels: kernelIntervals(network), area: planArea(compiled) };
  const { layers, head } = weightBeats(plan);
  if (layers + head > MOST_BEATS) return { ...report, steps: [] };
  const last = plan.model.maxContext - 1;
  const position = Math.min(last, workload.prompt + Math.floor(workload.output / 2));
  const chunk = Math.min(plan.rows, workload.prompt, last);
  const groups = Math.ceil(chunk / plan.pt);
  const shapes = [
    { name: "decode", rows: 1, position } as const,
    ...(chunk > 1 && groups * (layers + head) <= MOST_BEATS
      ? [{ name: "prefill", rows: chunk, position: 0 } as const]
      : []),
  ];
  const steps = shapes.map((shape): ReportedStep => {
    const rows = consecutiveRows(compiled, shape);
    const witness = new QueueWitness(network);
    const estimate = estimateStep(compiled, rows, { memory, breakdown: true, witness });
    return { ...shape, estimate, deadlock: witness.finding() };
  });
  return { ...report, steps };
}

/** Rows of one sequence, the last of which emits. */
export function consecutiveRows(
  { plan, layout }: Pick<CompiledAccelerator, "plan" | "layout">,
  { rows, position }: { readonly rows: number; readonly position: number },
): readonly Row[] {
  const needed = Math.ceil((position + rows) / plan.model.blockSize);
  const blocks = Array.from({ length: needed }, (_, block) => Math.min(1 + block, layout.kvBlocks - 1));
  return Array.from({ length: rows }, (_, row) => ({
    token: 0,
    position: position + row,
    blocks,
    sequence: 0,
    emit: row === rows - 1 ? "argmax" : "none",
  }));
}

/** The report as `estimate.json` has it: fields beside those of the exploration. */
export function reportObject({
  memoryModel,
  steps,
  kernels,
  area,
}: StepReport): Readonly<Record<string, unknown>> {
  return {
    memory_model: memoryModel,
    steps: steps.map(({ name, rows, position, estimate }) => ({
      name,
      rows,
      position,
      cycles: estimate.cycles,
      bound: estimate.breakdown?.bound,
      counters: estimate.counters,
      bytes: Object.fromEntries(estimate.traffic.map((client) => [client.name, client.bytes])),
      phases: estimate.breakdown?.phases,
      path: estimate.breakdown?.path,
      kernels: estimate.kernels.map(({ name: kernel, commands, issues, busyCycles, waits }) => ({
        name: kernel,
        commands,
        iterations: issues,
        busy: busyCycles,
        waits,
      })),
    })),
    deadlock: {
      argument: DEADLOCK_ARGUMENT,
      steps: steps.map(({ name, rows, position, deadlock }) => ({ name, rows, position, ...deadlock })),
    },
    kernels,
    area: { ...area, kernels: Object.fromEntries(area.kernels) },
  };
}
