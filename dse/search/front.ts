import type { DesignPoint } from "./explore.ts";

type Unmarked = Omit<DesignPoint, "pareto">;

/** Marks the points that no feasible one beats in time, DSPs, LUTs and energy at once; predicted points stand back behind planned ones. */
export function markFront(points: readonly Unmarked[]): readonly DesignPoint[] {
  const hasPlanned = points.some(({ evidence }) => evidence !== "predicted");
  const candidates = points.filter(
    ({ feasible, evidence }) => feasible && (!hasPlanned || evidence !== "predicted"),
  );
  return points.map((point) => ({
    ...point,
    pareto: candidates.includes(point) && !candidates.some((other) => dominates(other, point)),
  }));
}

function criteria({ value, design, figures: { work, token, cells } }: Unmarked): readonly number[] {
  return [
    value,
    work.perToken / design.clockMhz,
    work.prefill / design.clockMhz,
    token.joules,
    cells.dsp,
    cells.lut,
  ];
}

function dominates(a: Unmarked, b: Unmarked): boolean {
  const [x, y] = [criteria(a), criteria(b)];
  return (
    x.every((entry, index) => entry <= (y[index] ?? 0)) && x.some((entry, index) => entry < (y[index] ?? 0))
  );
}
