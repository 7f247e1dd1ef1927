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

/** Cells of a design from those of a planned one of the same class: what differs is the array, one multiplier a product.
 * Buffers that grow with the rows are not scaled: only a plan counts its block RAMs. */
export function scaleArea(
  planned: { readonly shape: ArrayShape; readonly cells: CellCounts },
  shape: ArrayShape,
): CellCounts {
  const more = products(shape) - products(planned.shape);
  const { lut, ff, dsp, bram18 } = planned.cells;
  const cells = {
    lut: lut + LUT_PER_PRODUCT * more,
    ff: ff + FF_PER_PRODUCT * more,
    dsp: dsp + more,
    bram18,
  };
  return { lut: Math.max(0, cells.lut), ff: Math.max(0, cells.ff), dsp: Math.max(0, cells.dsp), bram18 };
}

/**
 * Adder tree and pipeline registers of one more int8 product: differences of `planArea` between arrays of 128 and 256 products
 * behind one port of 64 bytes (25 LUTs; 22 flip-flops for xc7 at 100 MHz, 56 for xcup at 300 MHz). Not compared with synthesis.
 */
const LUT_PER_PRODUCT = 25;
const FF_PER_PRODUCT = 40;

function products({ pn, pk, pt = 1 }: ArrayShape): number {
  return pn * pk * pt;
}
