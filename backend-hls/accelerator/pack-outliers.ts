import { CompilerBug, present } from "../../ir/index.ts";
import type { Channels } from "./channels.ts";
import { outlierPairs, outlierSlots } from "./packing.ts";
import type { LinearInputName } from "./precision.ts";
import type { Plan } from "./shape.ts";

/** In a slot without a column. */
const NO_COLUMN = 0xffff_ffff;

/** The columns of a vector, one for each slot. */
export function outlierColumns(plan: Plan, columns: ArrayLike<number>): Uint32Array {
  const slots = new Uint32Array(outlierSlots(plan)).fill(NO_COLUMN);
  if (columns.length > slots.length)
    throw new CompilerBug(`${String(columns.length)} outlier columns for ${String(slots.length)} slots`);
  slots.set(columns);
  return slots;
}

/** For each pair of slots of a matrix a word for every channel of its tiles: two bfloat16 weights, the lower slot's in the low half. */
export function outlierWeights(
  plan: Plan,
  name: LinearInputName,
  channels: Channels,
): readonly Uint32Array[] {
  const pairs = outlierPairs(plan.precision, name);
  return Array.from({ length: pairs }, (_, pair) =>
    Uint32Array.from(channels, (channel) => {
      if (channel === undefined) return 0;
      const { matrix, row } = channel;
      const weights = present(
        matrix.kind === "int8" ? matrix.outliers : undefined,
        "the weights of outlier columns",
      );
      const columns = weights.length / matrix.rows;
      if (columns > 2 * pairs) throw new CompilerBug(`${String(columns)} outlier columns of ${name}`);
      const of = (slot: number): number => (slot < columns ? (weights[row * columns + slot] ?? 0) : 0);
      return (of(2 * pair) | (of(2 * pair + 1) << 16)) >>> 0;
    }),
  );
}
