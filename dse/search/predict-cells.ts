import {
  arrayMultipliers,
  type CellCounts,
  type DeviceFamily,
  type ModelShape,
  multiplierOf,
} from "../../backend-hls/index.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Design } from "../space/space.ts";

/**
 * Cells of one more of each unit, as differences of mapped designs of stories260K on 7-series at 100 MHz: a product's part of the
 * adder tree, a multiplier (one of the array may make two products), a channel of the quantizer, a query head in parallel beside its products, a row of the step. They decide only
 * in which order designs are planned; what is chosen has been planned.
 */
const CELLS = {
  product: { lut: 20, ff: 30, dsp: 0 },
  multiplier: { lut: 0, ff: 0, dsp: 1 },
  channel: { lut: 470, ff: 420, dsp: 2 },
  head: { lut: 3600, ff: 3400, dsp: 11 },
} as const;

/** For what a design is. */
interface Target {
  readonly model: Pick<ModelShape, "headDim" | "precision">;
  readonly device: { readonly family: DeviceFamily };
}

/** Cells of a design from those of a planned one. */
export function predictCells(
  { design: other, evaluation }: { readonly design: Design; readonly evaluation: Evaluation },
  design: Design,
  target: Target,
): CellCounts {
  const { lut, ff, dsp, bram18 } = evaluation.cells;
  const [own, theirs] = [unitsOf(design, target), unitsOf(other, target)];
  return {
    lut: Math.max(0, lut + own.lut - theirs.lut),
    ff: Math.max(0, ff + own.ff - theirs.ff),
    dsp: Math.max(0, dsp + own.dsp - theirs.dsp),
    bram18,
  };
}

function unitsOf(
  { shape }: Design,
  { model: { headDim, precision }, device }: Target,
): Omit<CellCounts, "bram18"> {
  const { pn, pk, pt = 1, pv = 4, ph = 1 } = shape;
  const attention = 2 * headDim * ph;
  const counts = {
    product: pn * pk * pt + attention,
    multiplier: arrayMultipliers(shape, precision, multiplierOf(device.family)) + attention,
    channel: pv,
    head: ph,
  };
  const total = (kind: "lut" | "ff" | "dsp"): number =>
    (["product", "multiplier", "channel", "head"] as const).reduce(
      (sum, unit) => sum + counts[unit] * CELLS[unit][kind],
      0,
    );
  return { lut: total("lut"), ff: total("ff"), dsp: total("dsp") };
}
