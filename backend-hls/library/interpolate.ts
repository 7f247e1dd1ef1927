import type { MeasuredPoint } from "./table-types.ts";

/** Delay and cells at a width between (or, on the last slope, beyond) the measured ones. */
export function interpolate(points: readonly MeasuredPoint[], width: number): MeasuredPoint {
  const above = points.findIndex((point) => point.width >= width);
  const exact = points[above];
  if (exact?.width === width) return exact;
  const upper = above === -1 ? points.length - 1 : Math.max(above, 1);
  const low = points[upper - 1];
  const high = points[upper];
  if (low === undefined || high === undefined) throw new RangeError("a table needs at least two widths");
  const along = (width - low.width) / (high.width - low.width);
  const between = (from: number, to: number): number => Math.max(0, Math.ceil(from + (to - from) * along));
  return {
    width,
    delayPs: between(low.delayPs, Math.max(low.delayPs, high.delayPs)),
    lut: between(low.lut, high.lut),
    carry: between(low.carry, high.carry),
  };
}
