import type { StepCounters } from "../../runtime-host/index.ts";
import type { Manifest, ModelShape } from "../schemas/manifest.ts";
import type { RunResult } from "../schemas/run.ts";
import { ENERGY_MODEL, joulesOf, sumJoules } from "./energy.ts";
import { type MeasuredStep, neededWork } from "./needed-work.ts";
import { storedFormats } from "./stored-formats.ts";

/** The fields of a result that steps are measured by. */
export type Measurements = Pick<
  RunResult,
  | "steps"
  | "cycles"
  | "cycles_per_token"
  | "ttft_cycles"
  | "estimate"
  | "outlier_misses"
  | "tokens_per_s"
  | "busy_cycles"
  | "stalls"
  | "bytes"
  | "mbu"
  | "mfu"
  | "prefill"
  | "decode"
  | "energy"
  | "macs_needed"
>;

/** What is measured against: the hardware that was built, its clock and its energy figures. */
export type MeasuredDesign = Pick<Manifest["design"], "macs" | "ports" | "port_bits" | "clock" | "energy"> &
  Partial<Pick<Manifest["design"], "precision" | "kv_bits">>;

/** A step on a device with a clock. */
type TimedStep = MeasuredStep & { readonly counters: StepCounters };

/** Adds up what was counted; without clock or design only the work is known. */
export function measureSteps(
  steps: readonly MeasuredStep[],
  model: ModelShape,
  design: MeasuredDesign | undefined,
): Measurements {
  const timed = steps.filter((step): step is TimedStep => step.counters !== undefined);
  const work = { steps: steps.length, macs_needed: sum(steps, (step) => neededWork(model, step).macs) };
  if (design === undefined || timed.length < steps.length) return { ...work, ...untimed };
  const prefill = timed.filter(({ phase }) => phase === "prefill");
  const decode = timed.filter(({ phase }) => phase === "decode");
  const cyclesPerToken = ratio(
    cyclesOf(decode),
    sum(decode, ({ tokens }) => tokens.length),
  );
  const gap = (some: readonly TimedStep[]): number => sum(some, ({ counters }) => counters.hostGap);
  return {
    ...work,
    cycles: {
      total: cyclesOf(timed) + gap(timed),
      prefill: cyclesOf(prefill),
      decode: cyclesOf(decode),
      host_gap: gap(timed),
    },
    cycles_per_token: cyclesPerToken,
    ttft_cycles: cyclesOf(prefill) + gap(prefill),
    estimate: compareEstimate(timed),
    outlier_misses: countMisses(timed),
    tokens_per_s: cyclesPerToken === null ? null : (design.clock.mhz * 1e6) / cyclesPerToken,
    ...addCounters(timed),
    ...utilization(timed, model, design),
    prefill: utilization(prefill, model, design),
    decode: decode.length === 0 ? null : utilization(decode, model, design),
    energy: estimateEnergy(timed, work.macs_needed, design),
  };
}

const untimed = {
  cycles: null,
  cycles_per_token: null,
  ttft_cycles: null,
  estimate: null,
  outlier_misses: null,
  tokens_per_s: null,
  busy_cycles: null,
  stalls: null,
  bytes: null,
  mbu: null,
  mfu: null,
  prefill: null,
  decode: null,
  energy: null,
} as const;

/** The steps that were estimated too: cycles of both, and by which part the estimate is too large. */
function compareEstimate(steps: readonly TimedStep[]): Measurements["estimate"] {
  const both = steps.filter(({ counters }) => counters.estimated !== undefined);
  if (both.length === 0) return null;
  const cycles = sum(both, ({ counters }) => counters.estimated ?? 0);
  const measured = cyclesOf(both);
  return { steps: both.length, cycles, measured, error: cycles / measured - 1 };
}

function countMisses(steps: readonly TimedStep[]): number | null {
  const counting = steps.filter(({ counters }) => counters.outlierMisses !== undefined);
  return counting.length === 0 ? null : sum(counting, ({ counters }) => counters.outlierMisses ?? 0);
}

function addCounters(steps: readonly TimedStep[]): Pick<Measurements, "busy_cycles" | "stalls" | "bytes"> {
  const add = (pick: (counters: StepCounters) => number): number =>
    sum(steps, ({ counters }) => pick(counters));
  return {
    busy_cycles: add(({ busy }) => busy),
    stalls: {
      dram_read: add(({ stalls }) => stalls.dramRead),
      dram_write: add(({ stalls }) => stalls.dramWrite),
      fifo_full: add(({ stalls }) => stalls.fifoFull),
      fifo_empty: add(({ stalls }) => stalls.fifoEmpty),
      drain: add(({ stalls }) => stalls.drain),
    },
    bytes: {
      weights: add(({ bytes }) => bytes.weights),
      kv_read: add(({ bytes }) => bytes.kvRead),
      kv_write: add(({ bytes }) => bytes.kvWrite),
      other: add(({ bytes }) => bytes.other),
    },
  };
}

/** Needed work ÷ what the ports and the array could have done in the same cycles. */
function utilization(
  steps: readonly TimedStep[],
  model: ModelShape,
  { macs, ports, port_bits: portBits, ...design }: MeasuredDesign,
): { readonly mbu: number; readonly mfu: number } {
  const cycles = cyclesOf(steps);
  const needed = steps.map((step) => neededWork(model, step, storedFormats(design)));
  const portBytes = (ports * portBits) / 8;
  return {
    mbu: sum(needed, ({ bytes }) => bytes) / (cycles * portBytes),
    mfu: sum(needed, (work) => work.macs) / (cycles * (macs.linear + macs.attention + macs.other)),
  };
}

/** Energy of all steps by the stated model, by cause. */
function estimateEnergy(
  steps: readonly TimedStep[],
  macs: number,
  design: MeasuredDesign,
): Measurements["energy"] {
  const bytes = sum(steps, ({ counters: { bytes: b } }) => b.weights + b.kvRead + b.kvWrite + b.other);
  const cycles = sum(steps, ({ counters }) => counters.cycles + counters.hostGap);
  const joules = joulesOf({ macs, bytes, cycles }, design);
  const total = sumJoules(joules);
  const part = (value: number): number => (total === 0 ? 0 : value / total);
  const tokens = sum(steps, (step) => step.tokens.length);
  return {
    model: ENERGY_MODEL,
    j_per_token: tokens === 0 ? 0 : total / tokens,
    split: {
      mac: part(joules.mac),
      sram: part(joules.sram),
      dram: part(joules.dram),
      static: part(joules.static),
    },
  };
}

function cyclesOf(steps: readonly TimedStep[]): number {
  return sum(steps, ({ counters }) => counters.cycles);
}

function ratio(amount: number, parts: number): number | null {
  return parts === 0 ? null : amount / parts;
}

function sum<T>(items: readonly T[], pick: (item: T) => number): number {
  return items.reduce((total, item) => total + pick(item), 0);
}
