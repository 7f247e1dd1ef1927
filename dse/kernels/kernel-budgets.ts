import type { Device } from "../../backend-hls/index.ts";
import type { UnitLimits } from "./candidates.ts";

/** More units make routing and compilation slow. */
const MOST_UNITS = 384;
/** DSPs of a multiplier of float32, at least. */
const LEAST_DSP = 2;
/** LUTs of an adder of float32, at least. */
const LEAST_LUT = 300;

/** Budgets of multipliers, and of adders, that are explored: 1, 2, 3, 4, 6, 8, 12, … and the most that the device could hold. */
export function kernelBudgets(
  { resources: { dsp, lut } }: Pick<Device, "resources">,
  units: UnitLimits,
): readonly number[] {
  const wished = Math.max(units.mul ?? 0, units.add ?? 0);
  const held = Math.min(MOST_UNITS, Math.floor(dsp / LEAST_DSP), Math.floor(lut / LEAST_LUT));
  const most = Math.max(1, wished > 0 ? wished : held);
  const budgets = new Set([1, most]);
  for (let power = 2; power <= most; power *= 2) {
    budgets.add(power);
    if (power * 1.5 <= most) budgets.add(power * 1.5);
  }
  return [...budgets].toSorted((a, b) => a - b);
}
