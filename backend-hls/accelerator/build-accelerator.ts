import { at, BufferOp, CompilerBug, type Operation, ScheduleBuilder, StreamOp } from "../../ir/index.ts";
import { addChunksKernel, foldKernel } from "./kernels/add-chunks.ts";
import { adjustKernels } from "./kernels/adjust.ts";
import { splitWeightsKernel } from "./kernels/array-weights.ts";
import { attendBlocksKernel } from "./kernels/attend-blocks.ts";
import { attendRunsKernel, noteRowsKernel } from "./kernels/attend-runs.ts";
import { collectHeadsKernel, collectKernel, squaresKernel } from "./kernels/collect.ts";
import { fetchBlocksKernel, loadBlockKernel } from "./kernels/fetch-blocks.ts";
import { handOutKernel } from "./kernels/hand-out.ts";
import { headMaximumKernel, rotateKernel } from "./kernels/heads.ts";
import { linkKernels } from "./kernels/link.ts";
import { finishKernel, loadRowKernel, rowsKernel } from "./kernels/load.ts";
import { dequantizeKernel, matmulKernel, storeQkvKernel } from "./kernels/matmul.ts";
import { multiplyBf16Kernel } from "./kernels/matmul-bf16.ts";
import { outputKernels } from "./kernels/outputs.ts";
import { quantizeHeadsKernel } from "./kernels/quantize-heads.ts";
import { countAcksKernel, writeRecordsKernel } from "./kernels/records.ts";
import { scoreKernel } from "./kernels/score.ts";
import { sequenceKernel } from "./kernels/sequence.ts";
import {
  accumulateKernel,
  blockMaximumKernel,
  normalizeKernel,
  probabilitiesKernel,
  rescaleKernel,
} from "./kernels/softmax.ts";
import { splitConstantsKernel } from "./kernels/split-constants.ts";
import { staticKernels } from "./kernels/statics.ts";
import { factorsKernel, quantizeKernel, rowScalesKernel } from "./kernels/statistics.ts";
import { activationKernel, residualKernel } from "./kernels/vector.ts";
import { weighValuesKernel } from "./kernels/weigh-values.ts";
import type { MultiplierSize } from "./paired-products.ts";
import { isBf16, isElementwise } from "./precision.ts";
import { type ArrayShape, type ModelShape, type Plan, planAccelerator } from "./shape.ts";
import { makeWires, outsideConnections, type Wires } from "./wires.ts";

/** An accelerator as a network of kernels. */
export interface Accelerator {
  /** One `dataflow.schedule`: connections are the start commands, the tokens of finished steps, and the memory port. */
  readonly schedule: Operation;
  readonly plan: Plan;
}

const KERNELS = [
  sequenceKernel,
  rowsKernel,
  loadRowKernel,
  splitConstantsKernel,
  residualKernel,
  activationKernels,
  splitWeightsKernel,
  arrayKernels,
  linkKernels,
  adjustKernels,
  storeQkvKernel,
  rotateKernel,
  headMaximumKernel,
  quantizeHeadsKernel,
  writeRecordsKernel,
  countAcksKernel,
  noteRowsKernel,
  attendRunsKernel,
  fetchBlocksKernel,
  loadBlockKernel,
  attendBlocksKernel,
  scoreKernel,
  blockMaximumKernel,
  rescaleKernel,
  probabilitiesKernel,
  weighValuesKernel,
  normalizeKernel,
  accumulateKernel,
  activationKernel,
  outputKernels,
  finishKernel,
] as const;

/** What makes the vectors that the array multiplies. */
function activationKernels(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const kernels = isElementwise(plan.precision)
    ? [squaresKernel, staticKernels]
    : [collectKernel, squaresKernel, collectHeadsKernel, factorsKernel, rowScalesKernel, quantizeKernel];
  for (const kernel of kernels) kernel(s, plan, w);
}

/** The array, and what hands out its results. */
function arrayKernels(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const kernels = isBf16(plan.precision)
    ? [multiplyBf16Kernel, addChunksKernel, foldKernel, handOutKernel]
    : [matmulKernel, dequantizeKernel];
  for (const kernel of kernels) kernel(s, plan, w);
}

/** What no kernel or memory engine is joined to does not exist. */
function dropUnconnected(schedule: Operation): Operation {
  for (const op of [...at(schedule.regions, 0).block.ops]) {
    const isWire = StreamOp.match(op) !== undefined || BufferOp.match(op) !== undefined;
    if (isWire && op.result.uses.length === 0) op.erase();
  }
  return schedule;
}

/** Builds the network that computes one step of the model (docs/numerics.md, "Integer reference"), one layer's hardware serving all layers; with the device's `multiplier` int8 products share them where two fit into one. */
export function buildAccelerator(
  model: ModelShape,
  design: ArrayShape,
  multiplier?: MultiplierSize,
): Accelerator {
  const plan = planAccelerator(model, design, multiplier);
  const { activations } = plan.precision;
  if (activations.kind === "int8" && activations.scales === "tensor")
    throw new CompilerBug("there are no kernels for one scale for all rows of a step");
  const s = new ScheduleBuilder("accelerator", outsideConnections(plan));
  const w = makeWires(s, plan);
  for (const kernel of KERNELS) kernel(s, plan, w);
  s.burstRead(
    "weights",
    { memory: w.memory, requests: w.weightRequests, data: w.weightBeats },
    plan.maxBurst,
  );
  s.burstRead(
    "constants",
    { memory: w.memory, requests: w.constantRequests, data: w.constantBeats },
    plan.maxBurst,
  );
  s.burstRead(
    "descriptors",
    { memory: w.memory, requests: w.descriptorRequests, data: w.descriptorBeats },
    plan.maxBurst,
  );
  s.burstRead("rows", { memory: w.memory, requests: w.rowRequests, data: w.rowBeats }, plan.maxBurst);
  s.burstRead("kv", { memory: w.memory, requests: w.kvRequests, data: w.kvBeats }, plan.maxBurst);
  s.burstWrite(
    "records",
    { memory: w.memory, requests: w.recordRequests, data: w.recordBeats, done: w.recordAcks },
    plan.maxBurst,
  );
  return { schedule: dropUnconnected(s.finish()), plan };
}
