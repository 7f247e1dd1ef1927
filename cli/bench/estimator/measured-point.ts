/** What of a start or step is compared: cycles by the closed form, by the replay, and of the hardware. */
export interface MeasuredPoint {
  readonly name: string;
  readonly search: number;
  readonly replay: number;
  readonly rtl: number;
  /** Milliseconds of each. */
  readonly times: { readonly search: number; readonly replay: number; readonly rtl: number };
}

/** Largest and mean errors of an estimate against the hardware, as fractions. */
export interface ErrorSummary {
  readonly max: number;
  /** Geometric mean of 1 + |error|, less 1. */
  readonly geomean: number;
  readonly exact: number;
}

/** How far one of the estimates is off over all points. */
export function errorsOf(points: readonly MeasuredPoint[], which: "search" | "replay"): ErrorSummary {
  const errors = points.map((point) => Math.abs(errorOf(point, which)));
  const mean = errors.reduce((sum, error) => sum + Math.log1p(error), 0) / Math.max(1, errors.length);
  return {
    max: Math.max(0, ...errors),
    geomean: Math.expm1(mean),
    exact: errors.filter((error) => error === 0).length,
  };
}

/** The error of an estimate, as a fraction of the hardware's cycles. */
export function errorOf(point: MeasuredPoint, which: "search" | "replay"): number {
  return point[which] / point.rtl - 1;
}
