import {
  type ArrayShape,
  type CellCounts,
  type Device,
  type ModelShape,
  macsAndBytes,
  planAccelerator,
} from "../../backend-hls/index.ts";
import type { Timings } from "./kernel-timing.ts";
import { memoryPace } from "./memory-pace.ts";
import { stepCycles } from "./step-cycles.ts";

/** What a design is chosen for: requests of `prompt` and `output` tokens, `batch` of them at a time. */
export interface Workload {
  readonly prompt: number;
  readonly output: number;
  readonly batch: number;
}

/** What a design costs for a workload. */
export interface DesignCost {
  /** Cycles of a decode step at the middle of the output, by the tokens that it gives. */
  readonly cyclesPerToken: number;
  /** Cycles for the prompt of one request. */
  readonly prefillCycles: number;
  /** Cycles for the whole workload. */
  readonly totalCycles: number;
  readonly bytesPerToken: number;
}

/** The closed-form cost of a design whose kernels have `timings`. */
export function designCost(
  model: ModelShape,
  shape: ArrayShape,
  timings: Timings,
  target: { readonly device: Device; readonly clockMhz: number; readonly workload: Workload },
): DesignCost {
  const plan = planAccelerator(model, shape);
  const { prompt, output, batch } = target.workload;
  const memory = memoryPace(target.device, plan.beatBytes, target.clockMhz);
  const cycles = (rows: number, context: number, emits: boolean): number =>
    stepCycles({ plan, timings, memory }, { rows, context, emits });
  const chunk = Math.min(shape.rows, Math.max(1, prompt));
  const chunks = Math.ceil(prompt / chunk);
  const prefillCycles =
    chunks * cycles(chunk, Math.ceil((prompt + 1) / 2), false) +
    (cycles(1, prompt, true) - cycles(1, prompt, false));
  const together = Math.min(batch, shape.rows);
  const context = prompt + Math.ceil(output / 2);
  const decode = cycles(together, context, true);
  const cyclesPerToken = decode / together;
  const needs = macsAndBytes(model, together, context);
  return {
    cyclesPerToken,
    prefillCycles,
    totalCycles: batch * (prefillCycles + Math.max(0, output - 1) * cyclesPerToken),
    bytesPerToken: (needs.weightBytes + needs.kvReadBytes + needs.kvWriteBytes) / together,
  };
}

/** Cells of a design from those of a planned one of the same class: what differs is the array, the quantizer and the heads in parallel.
 * Buffers that grow with the rows are not scaled: only a plan counts its block RAMs. */
export function scaleArea(
  planned: { readonly shape: ArrayShape; readonly cells: CellCounts },
  shape: ArrayShape,
  { headDim }: Pick<ModelShape, "headDim">,
): CellCounts {
  const [own, other] = [variableCells(shape, headDim), variableCells(planned.shape, headDim)];
  const { lut, ff, dsp, bram18 } = planned.cells;
  return {
    lut: Math.max(0, lut + own.lut - other.lut),
    ff: Math.max(0, ff + own.ff - other.ff),
    dsp: Math.max(0, dsp + own.dsp - other.dsp),
    bram18,
  };
}

/**
 * Cells of one more of each unit, as differences of `planArea`, none compared with synthesis: an int8 product with its part of
 * the adder tree (arrays of 128 and 256 products; flip-flops between 22 for xc7 at 100 MHz and 56 for xcup at 300 MHz), a channel
 * of the quantizer (4 and 16, xcup at 200 MHz), a query head in parallel beside its products (1, 2 and 4).
 */
const CELLS = {
  product: { lut: 25, ff: 40, dsp: 1 },
  channel: { lut: 770, ff: 530, dsp: 2 },
  head: { lut: 6800, ff: 4600, dsp: 11 },
} as const;

function variableCells(
  { pn, pk, pt = 1, pv = 4, ph = 1 }: ArrayShape,
  headDim: number,
): Omit<CellCounts, "bram18"> {
  const counts = { product: pn * pk * pt + 2 * headDim * ph, channel: pv, head: ph };
  const total = (kind: "lut" | "ff" | "dsp"): number =>
    counts.product * CELLS.product[kind] +
    counts.channel * CELLS.channel[kind] +
    counts.head * CELLS.head[kind];
  return { lut: total("lut"), ff: total("ff"), dsp: total("dsp") };
}
