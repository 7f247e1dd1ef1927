import { CompilerBug, present } from "../../ir/index.ts";
import type { Channels } from "./channels.ts";
import { outlierColumnsOf, outlierSlots } from "./packing.ts";
import type { LinearInputName } from "./precision.ts";
import type { Plan } from "./shape.ts";

/** In a slot without a column. */
const NO_COLUMN = 0xffff;

/** The columns of a vector, one for each slot. */
export function outlierColumns(plan: Plan, columns: ArrayLike<number>): Uint16Array {
  const slots = new Uint16Array(outlierSlots(plan)).fill(NO_COLUMN);
  if (columns.length > slots.length)
    throw new CompilerBug(`${String(columns.length)} outlier columns for ${String(slots.length)} slots`);
  slots.set(columns);
  return slots;
}

/** For each outlier column of a matrix a bfloat16 weight of every channel of its tiles. */
export function outlierWeights(
  plan: Plan,
  name: LinearInputName,
  channels: Channels,
): readonly Uint16Array[] {
  const slots = outlierColumnsOf(plan.precision, name);
  return Array.from({ length: slots }, (_, slot) =>
    Uint16Array.from(channels, (channel) => {
      if (channel === undefined) return 0;
      const { matrix, row } = channel;
      const weights = present(
        matrix.kind === "int8" ? matrix.outliers : undefined,
        "the weights of outlier columns",
      );
      const columns = weights.length / matrix.rows;
      if (columns > slots) throw new CompilerBug(`${String(columns)} outlier columns of ${name}`);
      return slot < columns ? (weights[row * columns + slot] ?? 0) : 0;
    }),
  );
}
