import type { LoopBuilder, Subscript, Value } from "../../../ir/index.ts";
import { all, asIndex, not } from "../nest.ts";
import { isElementwise } from "../precision.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";

/** Fields of the array's command that say who made its vector: where elements become final as they come there are two vectors at a time. */
export function sourceFields({ precision }: Plan): readonly ("isAttended" | "isGated")[] {
  return isElementwise(precision) ? ["isAttended", "isGated"] : [];
}

/** Leading sizes of the buffer of quantized vectors: of a norm, and of what a norm does not make, in turn. */
export function vectorsAtOnce({ precision }: Plan): readonly number[] {
  return isElementwise(precision) ? [2] : [];
}

/** Where the array finds out that its vector is ready. */
export function sourceConnections({
  statics,
  quantized,
}: Wires): { readonly quantized: Value } & Readonly<Partial<Record<"attended" | "gated", Value>>> {
  return statics === undefined
    ? { quantized }
    : { quantized: statics.normedReady, attended: statics.attendedReady, gated: statics.gatedReady };
}

/** Ports and fields that are not there in every precision. */
interface SourceScope {
  readonly port: Readonly<Record<"quantized", Value>> &
    Readonly<Partial<Record<"attended" | "gated", Value>>>;
  readonly field: Readonly<Partial<Record<"isAttended" | "isGated", Value>>>;
}

/** Waits for the vector, in the iteration `isStart`. */
export function awaitVector(b: LoopBuilder, { port, field }: SourceScope, isStart: Value): void {
  const { attended, gated } = port;
  const { isAttended, isGated } = field;
  if (attended === undefined || gated === undefined || isAttended === undefined || isGated === undefined) {
    b.when(isStart, () => {
      b.readFields(port.quantized);
    });
    return;
  }
  const sources = [
    [not(b, b.ori(isAttended, isGated)), port.quantized],
    [isAttended, attended],
    [isGated, gated],
  ] as const;
  for (const [bit, token] of sources) {
    b.when(all(b, isStart, bit), () => {
      b.readFields(token);
    });
  }
}

/** The leading subscripts of the vector in its buffer. */
export function vectorPlace(
  b: LoopBuilder,
  { isAttended, isGated }: SourceScope["field"],
): readonly Subscript[] {
  if (isAttended === undefined || isGated === undefined) return [];
  return [asIndex(b, b.ori(isAttended, isGated))];
}

/** The scale of a row's vector; undefined: static scales are 1. */
export function rowScale(
  b: LoopBuilder,
  { rowsScaled, rowScales }: Readonly<Record<"rowsScaled" | "rowScales", Value | undefined>>,
  isStart: Value,
): ((row: Subscript) => Value) | undefined {
  if (rowsScaled === undefined || rowScales === undefined) return undefined;
  b.when(isStart, () => {
    b.readFields(rowsScaled);
  });
  return (row) => b.load(rowScales, row);
}
