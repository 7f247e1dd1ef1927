import { type CompiledAccelerator, compileAccelerator } from "../../backend-hls/index.ts";
import { RtlSteps } from "../../bench/estimate/rtl-steps.ts";
import { type Exploration, type MeasuredDesign, stepRows, workCycles, workSteps } from "../../dse/index.ts";
import { at, ok, present, type Result } from "../../ir/index.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { chooseMemory } from "../rtl/choose-memory.ts";
import { confirmPoints } from "./confirm-points.ts";

/**
 * Builds the chosen design and others of the front, `count` in all, and runs the steps that the workload's time follows from on the
 * embedded simulator with the device's memory. Weights are zeros: no cycle depends on them.
 */
export async function confirmDesigns(
  exploration: Exploration,
  count: number,
  watch: JobWatch,
): Promise<Result<ReadonlyMap<number, MeasuredDesign>>> {
  const { signal } = watch;
  return confirmPoints(exploration, { count, signal }, async (id) => {
    const found = await measureDesign(exploration, id);
    const expected = at(exploration.points, id).figures.work.perToken;
    if (found.kind === "ok")
      watch.onProgress?.(
        `point ${String(id)}: ${String(found.value.cycles_per_token)} cycles per token in RTL, ${String(expected)} expected`,
      );
    return found;
  });
}

async function measureDesign({ request, points }: Exploration, id: number): Promise<Result<MeasuredDesign>> {
  const { design } = at(points, id);
  const { model } = at(request.variants, design.variant);
  const { device, schedule, workload } = request;
  const { clockMhz, shape } = design;
  const steps = workSteps(workload, shape.rows);
  const { sequences } = steps.decode;
  const compiled = compileAccelerator({ model, shape, device, clockMhz, schedule, sequences });
  if (compiled.kind === "error") return compiled;
  const { layout, plan } = compiled.value;
  const sizes = { memoryBytes: layout.bytes, beatBytes: plan.beatBytes, clockMhz };
  const memory = chooseMemory(undefined, device, sizes);
  if (memory.kind === "error") return memory;
  const rtl = await RtlSteps.open(compiled.value, memory.value.parameters, new Uint8Array(layout.bytes));
  const cycles = await stepCycles(rtl, compiled.value, steps).finally(() => rtl.close());
  const work = workCycles(workload, shape.rows, cycles);
  return ok({
    cycles_per_token: work.perToken,
    prefill_cycles: work.prefill,
    total_cycles: work.total,
    decode_cycles: cycles.decode,
    simulator: "embedded",
  });
}

/** Cycles of the steps; of a prompt that fits one chunk only the last chunk. */
async function stepCycles(
  rtl: RtlSteps,
  compiled: CompiledAccelerator,
  steps: ReturnType<typeof workSteps>,
): Promise<Parameters<typeof workCycles>[2]> {
  const cyclesOf = async (step: typeof steps.decode): Promise<number> => {
    const { counters } = await rtl.step(stepRows(compiled, step));
    return present(counters["total"], "the counter of a step");
  };
  const [decode, lastChunk] = [await cyclesOf(steps.decode), await cyclesOf(steps.lastChunk)];
  if (steps.chunks === 1) return { decode, firstChunk: lastChunk, lateChunk: lastChunk, lastChunk };
  const firstChunk = await cyclesOf(steps.firstChunk);
  return { decode, firstChunk, lateChunk: await cyclesOf(steps.lateChunk), lastChunk };
}
