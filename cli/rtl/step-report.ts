import {
  type CompiledAccelerator,
  type Device,
  deviceMemory,
  type EstimatedStep,
  estimateStep,
  type KernelInterval,
  kernelIntervals,
  type Row,
  weightBeats,
} from "../../backend-hls/index.ts";
import type { MemoryParameters } from "../../ir/index.ts";

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
}

/** What the compiler knows of a design's pace. */
export interface StepReport {
  readonly memoryModel: string;
  /** Empty where the weights are so many that replaying them takes longer than the rest of compiling. */
  readonly steps: readonly ReportedStep[];
  readonly kernels: readonly KernelInterval[];
}

/** Weight beats of a step above which steps are not replayed: some seconds. */
const MOST_BEATS = 400_000;

/** Replays a decode step in the middle of the output and, with several rows, a chunk of the prompt. */
export function stepReport({ compiled, device, clockMhz, workload }: ReportedDesign): StepReport {
  const { plan, network } = compiled;
  const { dram } = device;
  const report = {
    memoryModel: dram === undefined ? "ideal" : `${dram.kind}-${dram.mts}`,
    kernels: kernelIntervals(network),
  };
  const { layers, head } = weightBeats(plan);
  if (layers + head > MOST_BEATS) return { ...report, steps: [] };
  const memory = memoryBehind({ compiled, device, clockMhz });
  const last = plan.model.maxContext - 1;
  const position = Math.min(last, workload.prompt + Math.floor(workload.output / 2));
  const chunk = Math.min(plan.rows, workload.prompt, last);
  const shapes = [
    { name: "decode", rows: 1, position } as const,
    ...(chunk > 1 ? [{ name: "prefill", rows: chunk, position: 0 } as const] : []),
  ];
  const steps = shapes.map((shape): ReportedStep => {
    const rows = consecutiveRows(compiled, shape);
    return { ...shape, estimate: estimateStep(compiled, rows, { memory, breakdown: true }) };
  });
  return { ...report, steps };
}

/** The device's memory, as a simulation has it. */
function memoryBehind({ compiled, device, clockMhz }: Omit<ReportedDesign, "workload">): MemoryParameters {
  const { layout, plan } = compiled;
  const rowsOfAllBanks = device.dram === undefined ? 0 : device.dram.banks * device.dram.row_bytes;
  const depthBeats = 2 ** Math.ceil(Math.log2(Math.max(layout.bytes, rowsOfAllBanks) / plan.beatBytes));
  return deviceMemory(device, { depthBeats, addressBits: 32, clockMhz, dataBits: 8 * plan.beatBytes });
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
export function reportObject({ memoryModel, steps, kernels }: StepReport): Readonly<Record<string, unknown>> {
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
    kernels,
  };
}
