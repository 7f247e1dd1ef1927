import { roundToEven } from "./round.ts";
import { storedScale } from "./stored-scale.ts";

/** Largest magnitudes of a 4-bit weight and of an activation in int8. */
export const largestInt4 = 7;
const largestInt8 = 127;

/** The scales of a row of int4: `scale * groupScales[j]` is one step of group `j`. */
export interface RowScales {
  /** As it is stored. */
  readonly scale: number;
  /** 1 to {@link largestGroupScale} */
  readonly groupScales: Uint8Array;
}

/** The largest group scale with which no sum of a row leaves 32 bits (docs/numerics.md, "int4"). */
export function largestGroupScale(columns: number, group: number): number {
  const padded = Math.ceil(columns / group) * group;
  return Math.min(255, Math.floor((2 ** 31 - 1) / (largestInt4 * largestInt8 * padded)));
}

/**
 * The scales nearest above the wanted steps of a row's groups: none is smaller than wanted, so that no weight
 * saturates that would not have.
 */
export function chooseRowScales(wanted: readonly number[], largest: number): RowScales {
  const most = Math.max(...wanted);
  if (most === 0) return { scale: 1, groupScales: new Uint8Array(wanted.length).fill(1) };
  const scale = storedScale(most / largest);
  const groupScales = Uint8Array.from(wanted, (step) =>
    Math.min(Math.max(Math.ceil(step / scale - 1e-6), 1), largest),
  );
  return { scale, groupScales };
}

/** The steps with which the largest weight of each group becomes ±7. */
export function largestSteps(row: Float32Array, group: number): readonly number[] {
  return Array.from({ length: Math.ceil(row.length / group) }, (_, j) => {
    const weights = row.subarray(j * group, (j + 1) * group);
    return weights.reduce((largest, weight) => Math.max(largest, Math.abs(weight)), 0) / largestInt4;
  });
}

/** The 4-bit weight of a value: the nearest multiple of the step, ties to even. */
export function roundToInt4(value: number, step: number): number {
  return Math.min(Math.max(roundToEven(value / step), -largestInt4), largestInt4);
}

/** Shares of a group's largest step that are tried: from all of it down to a half. */
const triedShares = Array.from({ length: 26 }, (_, i) => 1 - i / 50);

/**
 * Scales with smaller steps, where the values that saturate then cost less than the finer steps gain: for each group the
 * share of its step with the least sum of squared errors, each column's times its importance.
 */
export function narrowRowScales(
  row: Float32Array,
  group: number,
  { scale, groupScales }: RowScales,
  importance: Float64Array,
): RowScales {
  const narrowed = groupScales.map((widest, j) => {
    const [from, to] = [j * group, Math.min((j + 1) * group, row.length)];
    let [best, least] = [widest, Number.POSITIVE_INFINITY];
    for (const share of triedShares) {
      const candidate = Math.max(Math.round(share * widest), 1);
      let error = 0;
      for (let k = from; k < to; k++) {
        const value = row[k] ?? 0;
        const step = candidate * scale;
        error += (importance[k] ?? 0) * (value - roundToInt4(value, step) * step) ** 2;
      }
      if (error < least) [best, least] = [candidate, error];
    }
    return best;
  });
  return { scale, groupScales: narrowed };
}
