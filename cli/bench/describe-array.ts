import type { ArrayShape } from "../../backend-hls/index.ts";

/** An array in words: products of an output by input channels by rows, the rows of a step, and what is parallel beside it. */
export function describeArray({ pn, pk, pt = 1, pv = 4, ph = 1, rows }: ArrayShape): string {
  return `${[pn, pk, pt].join("x")} rows ${String(rows)} quantizer ${String(pv)} heads ${String(ph)}`;
}
