import type { Plan } from "../shape.ts";

/** How heads come out of the array: whole heads in whole tiles, the fewest of both; all at once where no fewer fit. */
export interface HeadUnits {
  readonly count: number;
  readonly heads: number;
  readonly tiles: number;
}

/** All heads of a row in the order queries, keys, values. */
export function headsOf({ model }: Plan): number {
  return model.heads + 2 * model.kvHeads;
}

/** The units in which heads go on while the array works at the next ones: unit by unit, row by row within. */
export function headUnits(plan: Plan): HeadUnits {
  const { pn, qkv } = plan;
  const { headDim } = plan.model;
  const all = headsOf(plan);
  if (headDim % pn === 0) return { count: all, heads: 1, tiles: headDim / pn };
  const heads = pn / headDim;
  if (Number.isInteger(heads) && all % heads === 0) return { count: all / heads, heads, tiles: 1 };
  return { count: 1, heads: all, tiles: qkv.tiles };
}
