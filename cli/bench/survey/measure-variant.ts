import {
  type ArrayShape,
  type CellCounts,
  loadDevice,
  type ModelShape,
  planArea,
} from "../../../backend-hls/index.ts";
import type { Checkpoint } from "../../../frontend/index.ts";
import { at, ok, type Result } from "../../../ir/index.ts";
import type { DeviceCapabilities } from "../../../runtime-host/index.ts";
import { joulesOf, sumJoules } from "../../generation/energy.ts";
import { neededWork } from "../../generation/needed-work.ts";
import { describeModel } from "../../jobs/model-shape.ts";
import { modelShapeOf } from "../../verify/subject.ts";
import { describeArray } from "../describe-array.ts";
import { type PlannedHardware, planHardware } from "../plan-hardware.ts";
import { checkVariant } from "./check-variant.ts";
import { chooseSurveyArray } from "./choose-array.ts";
import { type ListedStep, type ListedWorkload, listSteps, type Workload } from "./list-steps.ts";
import { StepTimer } from "./time-steps.ts";
import type { Variant } from "./variants.ts";

/** What is measured: a model on a device. */
export interface SurveySubject {
  readonly checkpoint: Checkpoint;
  readonly device: string;
  readonly maxContext: number;
  readonly blockSize: number;
  /** Of alike steps in a row, those that are estimated. */
  readonly samples: number;
}

/** A variant on one workload. */
export interface SurveyCell {
  readonly workload: Workload;
  /** From submission to the last token of the last user. */
  readonly cycles: number;
  /** Over the memory port. */
  readonly bytes: number;
  readonly joules: number;
  /** Weights, tables and the KV blocks that are in use or reserved at once. */
  readonly memoryBytes: { readonly weights: number; readonly kv: number };
  readonly steps: number;
}

/** A variant's hardware and what it takes for each workload. */
export interface MeasuredVariant {
  readonly variant: Variant;
  readonly clockMhz: number;
  readonly hardware: PlannedHardware;
  /** Lookup tables and so on that the hardware is expected to need. */
  readonly area: CellCounts;
  readonly cells: readonly SurveyCell[];
  /** Steps that were estimated one by one, of all workloads. */
  readonly estimatedSteps: number;
}

/** A request of this kind is what arrays are chosen for. */
const CHOSEN_FOR = { prompt: 384, output: 64, batch: 1 } as const;

/** The hardware of a variant, with KV memory for what is served at once: its own array, or where that does not fit the device the fastest that does. */
export function planVariant(
  variant: Variant,
  { checkpoint, device, maxContext, blockSize }: Omit<SurveySubject, "samples">,
  users: number,
): Result<PlannedHardware> {
  const { precision, schedule, serving, array } = variant;
  const file = loadDevice(device);
  if (file.kind === "error") return file;
  const model = { ...modelShapeOf(checkpoint, { maxContext, blockSize }), precision };
  const sequences = serving === "alone" ? 1 : users;
  const kvBlocks = 1 + sequences * Math.ceil(maxContext / blockSize);
  const outputs = { candidates: 1, logits: false };
  const planOf = (shape: ArrayShape): Result<PlannedHardware> => {
    const { rows } = shape;
    const planned = planHardware(model, { device, rows, schedule, kvBlocks, array: shape, outputs });
    if (planned.kind === "ok") checkVariant(variant, planned.value);
    return planned;
  };
  const planned = planOf(array);
  if (planned.kind === "ok" && isFitting(planned.value)) return planned;
  const rows = array.rows === 1 ? 1 : undefined;
  const wishes = { device: file.value, schedule, rows, workload: CHOSEN_FOR, precision: variant.format };
  const chosen = chooseSurveyArray(model, wishes);
  return chosen.kind === "error" ? chosen : planOf(chosen.value);
}

/** Whether hardware fits its device by the area model. */
function isFitting(hardware: PlannedHardware): boolean {
  const { resources } = hardware.deviceFile;
  const { lut, ff, dsp, bram18 } = planArea(hardware).total;
  return lut <= resources.lut && ff <= resources.ff && dsp <= resources.dsp && bram18 <= resources.bram18;
}

/** Plans the hardware of a variant and times every workload on it; `onProgress` gets a line now and then. */
export async function measureVariant(
  variant: Variant,
  subject: SurveySubject,
  workloads: readonly Workload[],
  onProgress: (line: string) => void,
): Promise<Result<MeasuredVariant>> {
  const planned = planVariant(variant, subject, Math.max(...workloads.map(({ users }) => users)));
  if (planned.kind === "error") return planned;
  onProgress(`${variant.name}: ${describeArray(planned.value.plan)}`);
  const hardware = planned.value;
  const measuring = { variant, subject, hardware };
  const listed = await listAll(measuring, workloads);
  if (listed.kind === "error") return listed;
  const steps = listed.value.flatMap((one) => one.steps);
  const samples = variant.schedule === "sequential" ? Math.min(2, subject.samples) : subject.samples;
  const timer = new StepTimer(hardware, steps, samples, (done, of) => {
    if (done % PROGRESS_STEPS === 0) onProgress(`${variant.name}: ${String(done)} of ${String(of)} steps`);
  });
  const cells = listed.value.map((one) => costOf(measuring, one, timer));
  const told = cells.map(
    (cell) => `${cell.workload.name} x${String(cell.workload.users)} ${String(cell.cycles)}`,
  );
  onProgress(`${variant.name}: cycles ${told.join(", ")}`);
  const { clockMhz } = hardware;
  const area = planArea(hardware).total;
  return ok({ variant, clockMhz, hardware, area, cells, estimatedSteps: timer.estimated });
}

/** Steps between two lines of progress. */
const PROGRESS_STEPS = 20;

interface Measuring {
  readonly variant: Variant;
  readonly subject: SurveySubject;
  readonly hardware: PlannedHardware;
}

/** A workload with the steps that serve it `times` over. */
interface ServedWorkload extends ListedWorkload {
  readonly workload: Workload;
  readonly times: number;
}

/** One request at a time, many users take as often as long as one: their steps are the same. */
async function listAll(
  { variant: { serving }, hardware }: Measuring,
  workloads: readonly Workload[],
): Promise<Result<readonly ServedWorkload[]>> {
  const all: ServedWorkload[] = [];
  for (const workload of workloads) {
    const users = serving === "alone" ? 1 : workload.users;
    const listed = await listSteps(capabilitiesOf(hardware, users), { ...workload, users }, serving);
    if (listed.kind === "error") return listed;
    all.push({ ...listed.value, workload, times: workload.users / users });
  }
  return ok(all);
}

function costOf(
  measuring: Measuring,
  { workload, times, ...listed }: ServedWorkload,
  timer: StepTimer,
): SurveyCell {
  const cost = timer.cost(listed.steps);
  return {
    workload,
    cycles: times * cost.cycles,
    bytes: times * cost.bytes,
    joules: times * energyOf(measuring, listed.steps, cost),
    memoryBytes: memoryOf(measuring.hardware, listed),
    steps: times * listed.steps.length,
  };
}

function capabilitiesOf({ plan, layout }: PlannedHardware, sequences: number): DeviceCapabilities {
  const { blockSize, maxContext, vocab } = plan.model;
  return {
    rows: plan.rows,
    sequences,
    blockSize,
    blocks: layout.kvBlocks,
    maxContext,
    vocab,
    emits: ["none", "argmax"],
    candidates: 0,
    hasTrees: false,
  };
}

/** Everything but KV, and of that the blocks in use at once. */
function memoryOf(
  { layout, plan }: PlannedHardware,
  { mostBlocks }: ListedWorkload,
): SurveyCell["memoryBytes"] {
  const { blockSize, layers } = plan.model;
  return {
    weights: layout.bytes - layout.regions.kv.bytes,
    kv: mostBlocks * blockSize * layout.strides.record * layers,
  };
}

/** MACs of 16-bit operands cost more: those of the matrices by their weights, those of attention by its keys and values. */
function energyOf(
  { variant, subject: { checkpoint }, hardware }: Measuring,
  steps: readonly ListedStep[],
  { bytes, cycles }: { readonly bytes: number; readonly cycles: number },
): number {
  const model = describeModel(checkpoint);
  const all = steps.reduce((sum, { record }) => sum + neededWork(model, record).macs, 0);
  const attention = attentionMacs(hardware.plan.model, steps);
  const { energy } = hardware.deviceFile;
  const perMac = (bits: number): number => (bits === 16 ? energy.pj_mac16 : energy.pj_mac8);
  const linearBits = variant.precision.weights.kind === "bf16" ? 16 : 8;
  const mac = ((all - attention) * perMac(linearBits) + attention * perMac(variant.precision.kvBits)) * 1e-12;
  const design = { energy, clock: { mhz: hardware.clockMhz, source: "assumed" } } as const;
  return mac + sumJoules(joulesOf({ macs: 0, bytes, cycles }, design));
}

/** Every row attends to itself and all positions before it, in every layer: the standard attention. */
function attentionMacs({ layers, heads, headDim }: ModelShape, steps: readonly ListedStep[]): number {
  const pairs = steps.reduce(
    (sum, { rows }) => sum + rows.reduce((of, { position }) => of + position + 1, 0),
    0,
  );
  return layers * pairs * 2 * heads * headDim;
}

/** The cell of a workload. */
export function cellOf({ cells }: MeasuredVariant, { name, users }: Workload): SurveyCell {
  const index = cells.findIndex(({ workload }) => workload.name === name && workload.users === users);
  return at(cells, index);
}
