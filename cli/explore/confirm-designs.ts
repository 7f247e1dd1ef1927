import { compileAccelerator } from "../../backend-hls/index.ts";
import { RtlSteps } from "../../bench/estimate/rtl-steps.ts";
import { type Exploration, type MeasuredDesign, stepRows, workCycles, workSteps } from "../../dse/index.ts";
import { at, ok, present, type Result } from "../../ir/index.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { chooseMemory } from "../rtl/choose-memory.ts";

/**
 * Builds the chosen design and others of the front, `count` in all, and runs the steps that the workload's time follows from on the
 * embedded simulator with the device's memory. Weights are zeros: no cycle depends on them.
 */
export async function confirmDesigns(
  exploration: Exploration,
  count: number,
  watch: JobWatch,
): Promise<Result<ReadonlyMap<number, MeasuredDesign>>> {
  const { points, chosen } = exploration;
  const front = points.flatMap(({ pareto }, id) => (pareto && id !== chosen ? [id] : []));
  const measured = new Map<number, MeasuredDesign>();
  for (const id of [chosen, ...front].slice(0, count)) {
    watch.signal?.throwIfAborted();
    const found = await measureDesign(exploration, id);
    if (found.kind === "error") return found;
    measured.set(id, found.value);
    const { work } = at(points, id).figures;
    watch.onProgress?.(
      `point ${String(id)}: ${String(found.value.cycles_per_token)} cycles per token in RTL, ${String(work.perToken)} expected`,
    );
  }
  return ok(measured);
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
  const cyclesOf = async (step: typeof steps.decode): Promise<number> => {
    const { counters } = await rtl.step(stepRows(compiled.value, step));
    return present(counters["total"], "the counter of a step");
  };
  const [decode, lastChunk] = [await cyclesOf(steps.decode), await cyclesOf(steps.lastChunk)];
  const isOne = steps.chunks === 1;
  const firstChunk = isOne ? lastChunk : await cyclesOf(steps.firstChunk);
  const lateChunk = isOne ? lastChunk : await cyclesOf(steps.lateChunk);
  await rtl.close();
  const work = workCycles(workload, shape.rows, { decode, firstChunk, lateChunk, lastChunk });
  return ok({
    cycles_per_token: work.perToken,
    prefill_cycles: work.prefill,
    total_cycles: work.total,
    decode_cycles: decode,
    simulator: "embedded",
  });
}
