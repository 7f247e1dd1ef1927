import type { MatrixPlan, Plan } from "../../backend-hls/index.ts";
import { type MemoryParameters, peakBeatsPerCycle } from "../../ir/index.ts";
import type { Timings } from "./kernel-timing.ts";
import type { MemoryPace } from "./memory-pace.ts";

/** One step: rows of one or several sequences that each see `context` positions, their own included. */
export interface StepShape {
  readonly rows: number;
  readonly context: number;
  /** Whether the head runs. */
  readonly emits: boolean;
}

/** What a closed form needs of a design. */
export interface StepModel {
  readonly plan: Plan;
  readonly timings: Timings;
  readonly memory: MemoryPace;
}

/** Cycles between a token between two kernels and the work behind it: done, queue, command, issue. */
const HAND_OVER = 4;

/** A kernel behind the array, and which part of the array's results it sees. */
interface Consumer {
  readonly kernel: string;
  readonly share: number;
}

function all(kernel: string): Consumer {
  return { kernel, share: 1 };
}

/**
 * Cycles of a step, in closed form: phases follow one another (each matrix needs the whole quantized vector of the one
 * before), within a phase everything streams and the slowest stage sets the pace. README.md has the error against RTL.
 */
export function stepCycles(model: StepModel, step: StepShape): number {
  const { plan } = model;
  const { hidden, ffn, layers } = plan.model;
  const phase = (matrix: MatrixPlan, consumers: readonly Consumer[]): number =>
    matrixCycles(model, step, matrix, consumers);
  const quantize = (width: number): number => quantizeCycles(model, step, width);
  const norm = quantize(hidden);
  const layer =
    norm +
    phase(plan.qkv, [all("store_qkv")]) +
    attentionCycles(model, step) +
    quantize(plan.qWidth) +
    phase(plan.wo, [all("add_residual"), all("collect")]) +
    norm +
    phase(plan.gateUp, [all("activate"), { kernel: "collect", share: 1 / 2 }]) +
    quantize(ffn) +
    phase(plan.down, [all("add_residual"), all("collect")]);
  const head = step.emits ? norm + phase(plan.head, [all("argmax")]) : 0;
  return Math.round(loadCycles(model, step) + layers * layer + head + model.memory.latencyCycles);
}

/** What the end of a step follows from: the schedule's timings, and memory as it is. */
export interface StepEnd extends Omit<StepModel, "memory"> {
  readonly memory: MemoryParameters;
  /** Cycles from the array's last beat for the residual stream to its first beat on the normed one, as they were seen. */
  readonly lead: number;
}

/** Kernels that the array's results go through one after the other, whatever the number formats. */
const BEHIND_THE_ARRAY = ["matmul", "dequantize", "add_chunks", "fold", "hand_out"] as const;

/** Cycles from the last layer's last beat of the array to the end of a step of which no row gives a token. */
export function tailCycles({ timings }: Pick<StepEnd, "timings">): number {
  return depthOf(timings, [...BEHIND_THE_ARRAY, "add_residual", "collect", "finish"]) + 3 * HAND_OVER;
}

/** Cycles from the last layer's last beat of the array to the end of a step of which `emitted` rows give a token. */
export function headCycles({ plan, timings, memory, lead }: StepEnd, emitted: number): number {
  const { tiles, beats, tileBeats } = plan.head;
  const groups = Math.ceil(emitted / plan.pt);
  const results = groups * plan.pt * plan.pn;
  const pace = paceOf(timings, ["dequantize", "hand_out", "argmax"]);
  const tile = Math.max(
    beats * groups * timings("matmul").ii,
    results * pace,
    groups * timings("fold").ii,
    tileBeats / peakBeatsPerCycle(memory),
  );
  const tail = depthOf(timings, [...BEHIND_THE_ARRAY, "argmax", "choose_token", "finish"]) + 3 * HAND_OVER;
  return lead + tiles * tile + tail;
}

/** Descriptors, tables and embeddings, then the first norm's statistics. */
function loadCycles({ plan, timings, memory }: StepModel, { rows }: StepShape): number {
  const { hidden } = plan.model;
  const collected = rows * hidden * paceOf(timings, ["add_residual", "collect"]);
  return 3 * memory.latencyCycles + (rows * hidden) / plan.beatWords + collected;
}

/** From the first beat of a matrix to its last result behind the last consumer. */
function matrixCycles(
  { plan, timings, memory }: StepModel,
  { rows }: StepShape,
  { tiles, beats, tileBeats }: MatrixPlan,
  consumers: readonly Consumer[],
): number {
  const groups = Math.ceil(rows / plan.pt);
  const results = groups * plan.pt * plan.pn;
  const stages = [all("dequantize"), all("hand_out"), ...consumers];
  const pace = Math.max(...stages.map(({ kernel, share }) => share * timings(kernel).ii));
  const depth = depthOf(timings, ["matmul", ...stages.map(({ kernel }) => kernel)]);
  const tileCycles = Math.max(
    beats * groups * timings("matmul").ii,
    results * pace,
    tileBeats * memory.cyclesPerBeat,
  );
  return tiles * tileCycles + Math.min(tileCycles, beats * groups) + results * pace + depth + HAND_OVER;
}

/** From the last element of a vector to its int8 form; a norm's factor is made meanwhile. */
function quantizeCycles({ plan, timings }: StepModel, { rows }: StepShape, width: number): number {
  const unit = Math.max(plan.pk, plan.pv);
  const chunks = (Math.ceil(width / unit) * unit) / plan.pv;
  const perRow = Math.max(chunks * timings("quantize").ii, timings("factors").ii);
  return rows * perRow + depthOf(timings, ["factors", "quantize"]) + 3 * HAND_OVER;
}

/**
 * What attention adds between the matrix of queries, keys and values and the next one: the last head's way to its scores, then
 * all blocks of all rows through the attention kernels. Committed keys and values have been fetched meanwhile.
 */
function attentionCycles({ plan, timings }: StepModel, { rows, context }: StepShape): number {
  const { heads, headDim, blockSize, windows } = plan.model;
  const seen =
    windows.reduce<number>((sum, window) => sum + Math.min(context, window ?? context), 0) / windows.length;
  const turns = heads / plan.ph;
  const keys = Math.min(blockSize, seen);
  const outputs = (heads * headDim) / plan.outputLanes;
  const perBlock = Math.max(keys * turns * timings("score").ii, outputs * timings("accumulate").ii);
  const stages = [
    "rotate",
    "head_maximum",
    "quantize_heads",
    "score",
    "block_maximum",
    "probabilities",
    "weigh_values",
    "normalize",
    "accumulate",
    "collect_heads",
  ];
  const first = 3 * headDim + keys * turns + outputs;
  return first + rows * (seen / blockSize) * perBlock + depthOf(timings, stages) + 4 * HAND_OVER;
}

function paceOf(timings: Timings, kernels: readonly string[]): number {
  return Math.max(...kernels.map((kernel) => timings(kernel).ii));
}

function depthOf(timings: Timings, kernels: readonly string[]): number {
  return kernels.reduce((sum, kernel) => sum + timings(kernel).depth, 0);
}
