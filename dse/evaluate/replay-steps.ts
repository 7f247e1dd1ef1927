import {
  type ArrayShape,
  buildAccelerator,
  createOperatorLibrary,
  type Device,
  deviceMemory,
  type EstimatedDesign,
  estimateStep,
  kvBlocksOf,
  layoutMemory,
  type ModelShape,
  multiplierOf,
  planNetwork,
  type Row,
  type ScheduleMode,
  weightBeats,
} from "../../backend-hls/index.ts";
import { type MemoryParameters, ok, type Result } from "../../ir/index.ts";
import { searchedStep } from "../cost/searched-step.ts";
import type { WorkStep } from "../cost/workload.ts";

/** Whose steps are replayed. */
export interface ReplayTarget {
  readonly model: ModelShape;
  readonly shape: ArrayShape;
  readonly device: Device;
  readonly clockMhz: number;
  readonly schedule: ScheduleMode;
}

/** Beats of the array above which a step is put together from replays of smaller models. */
const MOST_BEATS = 150_000;

/** Beats of one layer, for all groups of rows, above which narrower models are replayed. */
const MOST_LAYER_BEATS = 20_000;

/** Width of the narrower ones. */
const NARROW = 128;

/** Cycles of steps, and whether they are those of the model itself. */
export interface ReplayedSteps {
  readonly cycles: readonly number[];
  readonly isWhole: boolean;
}

/**
 * Cycles of steps by replay, memory included. Of a model whose weights are many the first layers are replayed and the rest follows
 * ({@link searchedStep}). One whose layers alone are many beats is replayed narrower, with one layer and with two, and what the
 * closed form lacks there, latencies, is added to its closed form layer by layer. `planned` is the model's own; `inClosedForm`
 * gives a model's steps with its kernels' timings.
 */
export function replaySteps(
  target: ReplayTarget,
  planned: EstimatedDesign,
  steps: readonly WorkStep[],
  inClosedForm: (model: ModelShape) => readonly number[],
): Result<ReplayedSteps> {
  const { layers, head } = weightBeats(planned.plan);
  const { model, shape } = target;
  const groups = Math.ceil(shape.rows / (shape.pt ?? 1));
  if (groups * (layers + head) <= MOST_BEATS)
    return ok({ cycles: cyclesOf(target, planned, steps), isWhole: true });
  if ((groups * layers) / model.layers <= MOST_LAYER_BEATS) {
    const memory = memoryOf(target, planned);
    return ok({
      cycles: eachOnce(steps, (step) => searchedStep(planned, stepRows(planned, step), memory)),
      isWhole: false,
    });
  }
  return fromNarrowModels(target, steps, inClosedForm);
}

/** Steps in closed form with what it lacks on narrow models of one and of two layers. */
function fromNarrowModels(
  target: ReplayTarget,
  steps: readonly WorkStep[],
  inClosedForm: (model: ModelShape) => readonly number[],
): Result<ReplayedSteps> {
  const { model, shape } = target;
  const narrow = (layers: number): ModelShape => ({
    ...model,
    hidden: Math.min(model.hidden, NARROW),
    ffn: Math.min(model.ffn, 2 * NARROW),
    layers,
    vocab: Math.min(model.vocab, Math.max(shape.outputs?.candidates ?? 1, 64 * shape.pn, 64)),
    windows: model.windows.slice(0, layers),
  });
  const found: (readonly number[])[] = [];
  for (const other of [narrow(1), narrow(Math.min(2, model.layers))]) {
    const replayed = replayModel({ ...target, model: other }, steps);
    if (replayed.kind === "error") return replayed;
    const formed = inClosedForm(other);
    found.push(replayed.value.map((cycles, index) => cycles - (formed[index] ?? 0)));
  }
  const base = inClosedForm(model);
  const cycles = steps.map((_, index) => {
    const [one = 0, two = 0] = found.map((values) => values[index] ?? 0);
    return Math.round((base[index] ?? 0) + one + (model.layers - 1) * (two - one));
  });
  return ok({ cycles, isWhole: false });
}

/** Plans a model and replays its steps. */
function replayModel(target: ReplayTarget, steps: readonly WorkStep[]): Result<readonly number[]> {
  const library = createOperatorLibrary(target.device.family, target.clockMhz);
  const { schedule, plan } = buildAccelerator(target.model, target.shape, multiplierOf(target.device.family));
  const network = planNetwork(schedule, library, target.schedule);
  if (network.kind === "error") return network;
  const layout = layoutMemory(plan, kvBlocksOf(target.model, target.shape.rows));
  return ok(cyclesOf(target, { plan, network: network.value, layout }, steps));
}

function cyclesOf(
  target: ReplayTarget,
  design: EstimatedDesign,
  steps: readonly WorkStep[],
): readonly number[] {
  const memory = memoryOf(target, design);
  return eachOnce(steps, (step) => estimateStep(design, stepRows(design, step), { memory }).cycles);
}

/** The cycles of each step, of equal ones once. */
function eachOnce(steps: readonly WorkStep[], cyclesOfStep: (step: WorkStep) => number): readonly number[] {
  const known = new Map<string, number>();
  return steps.map((step) => {
    const key = JSON.stringify(step);
    const cycles = known.get(key) ?? cyclesOfStep(step);
    known.set(key, cycles);
    return cycles;
  });
}

function memoryOf({ device, clockMhz }: ReplayTarget, { plan, layout }: EstimatedDesign): MemoryParameters {
  const banks = (device.dram?.banks ?? 0) * (device.dram?.row_bytes ?? 0);
  const depthBeats = 2 ** Math.ceil(Math.log2(Math.max(layout.bytes, banks) / plan.beatBytes));
  return deviceMemory(device, { depthBeats, addressBits: 32, clockMhz, dataBits: 8 * plan.beatBytes });
}

/** The rows of a step: consecutive ones of one sequence, or one of each. */
export function stepRows(
  { plan, layout }: EstimatedDesign,
  { rows, position, sequences, emits }: WorkStep,
): readonly Row[] {
  const last = plan.model.maxContext - 1;
  return Array.from({ length: rows }, (_, row) => {
    const own = sequences === 1 ? Math.min(last, position + row) : Math.min(last, position);
    const first = sequences === 1 ? 0 : row * Math.ceil(plan.model.maxContext / plan.model.blockSize);
    const needed = Math.floor(own / plan.model.blockSize) + 1;
    const blocks = Array.from(
      { length: needed },
      (_, block) => 1 + ((first + block) % (layout.kvBlocks - 1)),
    );
    const isLast = sequences > 1 || row === rows - 1;
    return {
      token: 0,
      position: own,
      blocks,
      sequence: sequences === 1 ? 0 : row,
      emit: emits && isLast ? "argmax" : "none",
    };
  });
}
