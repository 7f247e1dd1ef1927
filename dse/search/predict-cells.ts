import type { CellCounts, ModelShape } from "../../backend-hls/index.ts";
import type { Evaluation } from "../evaluate/evaluate.ts";
import type { Design } from "../space/space.ts";

/**
 * Cells of one more of each unit, as differences of mapped designs of stories260K on 7-series at 100 MHz: a product with its part
 * of the adder tree, a channel of the quantizer, a query head in parallel beside its products, a row of the step. They decide only
 * in which order designs are planned; what is chosen has been planned.
 */
const CELLS = {
  product: { lut: 20, ff: 30, dsp: 1 },
  channel: { lut: 470, ff: 420, dsp: 2 },
  head: { lut: 3600, ff: 3400, dsp: 11 },
} as const;

/** Cells of a design from those of a planned one. */
export function predictCells(
  { design: other, evaluation }: { readonly design: Design; readonly evaluation: Evaluation },
  design: Design,
  { headDim }: Pick<ModelShape, "headDim">,
): CellCounts {
  const { lut, ff, dsp, bram18 } = evaluation.cells;
  const [own, theirs] = [unitsOf(design, headDim), unitsOf(other, headDim)];
  return {
    lut: Math.max(0, lut + own.lut - theirs.lut),
    ff: Math.max(0, ff + own.ff - theirs.ff),
    dsp: Math.max(0, dsp + own.dsp - theirs.dsp),
    bram18,
  };
}

function unitsOf(
  { shape: { pn, pk, pt = 1, pv = 4, ph = 1 } }: Design,
  headDim: number,
): Omit<CellCounts, "bram18"> {
  const counts = { product: pn * pk * pt + 2 * headDim * ph, channel: pv, head: ph };
  const total = (kind: "lut" | "ff" | "dsp"): number =>
    counts.product * CELLS.product[kind] +
    counts.channel * CELLS.channel[kind] +
    counts.head * CELLS.head[kind];
  return { lut: total("lut"), ff: total("ff"), dsp: total("dsp") };
}
