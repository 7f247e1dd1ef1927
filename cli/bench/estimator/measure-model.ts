import {
  type CompiledAccelerator,
  compileAccelerator,
  loadDevice,
  StepEstimator,
} from "../../../backend-hls/index.ts";
import { RtlSteps } from "../../../bench/estimate/rtl-steps.ts";
import { searchedStep } from "../../../dse/index.ts";
import { type MemoryParameters, ok, present, type Result } from "../../../ir/index.ts";
import { chooseMemory } from "../../rtl/choose-memory.ts";
import { consecutiveRows } from "../../rtl/step-report.ts";
import { describeArray } from "../describe-array.ts";
import type { MeasuredPoint } from "./measured-point.ts";
import type { ModelDesign } from "./points.ts";

/** Builds a model's hardware and runs its steps, one after the other on the same machine. */
export async function measureModel(design: ModelDesign): Promise<Result<readonly MeasuredPoint[]>> {
  const compiled = compileModel(design);
  if (compiled.kind === "error") return compiled;
  const { made, memory } = compiled.value;
  const rtl = await RtlSteps.open(made, memory, new Uint8Array(made.layout.bytes));
  const estimator = new StepEstimator(made, { memory });
  const points: MeasuredPoint[] = [];
  for (const position of design.positions) {
    const rows = consecutiveRows(made, { rows: design.array.rows, position });
    const run = await rtl.step(rows);
    const begun = performance.now();
    const replay = estimator.step(rows, run.start).cycles;
    const replayed = performance.now();
    const search = searchedStep(made, rows, memory, run.start);
    const searched = performance.now();
    const times = { search: searched - replayed, replay: replayed - begun, rtl: run.wallMs };
    const total = present(run.counters["total"], "the counter");
    points.push({ name: nameOf(design, position), search, replay, rtl: total, times });
  }
  await rtl.close();
  return ok(points);
}

/** The hardware of a design, and what stands behind its port. */
function compileModel(
  design: ModelDesign,
): Result<{ readonly made: CompiledAccelerator; readonly memory: MemoryParameters }> {
  const { model, array: shape } = design;
  const device = loadDevice(design.device);
  if (device.kind === "error") return device;
  const { clock_mhz: clockMhz } = device.value;
  const made = compileAccelerator({ model, shape, device: device.value, clockMhz, schedule: "optimized" });
  if (made.kind === "error") return made;
  const { layout, plan } = made.value;
  const sizes = { memoryBytes: layout.bytes, beatBytes: plan.beatBytes, clockMhz };
  const memory = chooseMemory(design.memory, device.value, sizes);
  if (memory.kind === "error") return memory;
  return ok({ made: made.value, memory: memory.value.parameters });
}

function nameOf({ name, model, array, device, memory }: ModelDesign, position: number): string {
  const { weights, activations, outliers } = model.precision ?? {
    weights: { kind: "int8" },
    activations: { kind: "int8", scales: "token" },
  };
  const formats = [
    weights.kind,
    ...(activations.kind === "int8" && activations.scales !== "token" ? [activations.scales] : []),
    ...(outliers === undefined ? [] : ["outliers"]),
  ].join(" ");
  return [name, formats, describeArray(array), `at ${String(position)}`, device, memory ?? "own memory"].join(
    ", ",
  );
}
