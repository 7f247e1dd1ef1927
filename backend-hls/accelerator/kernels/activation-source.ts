import { f32, type LoopBuilder, present, type Subscript, type Value } from "../../../ir/index.ts";
import { all, asIndex, hold, not, register } from "../nest.ts";
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

/** The scale of a row's vector: its own, or that of the phase, which is read at its start. */
export function rowScale(
  b: LoopBuilder,
  port: Readonly<Record<"rowsScaled" | "rowScales" | "inputScales", Value | undefined>>,
  isStart: Value,
): (row: Subscript) => Value {
  const { rowsScaled, rowScales, inputScales } = port;
  if (inputScales === undefined) {
    b.when(isStart, () => {
      b.readFields(present(rowsScaled, "the token of scaled rows"));
    });
    return (row) => b.load(present(rowScales, "the scales of rows"), row);
  }
  const scale = hold(b, register(b, "input_scale", f32), isStart, () => b.read(inputScales));
  return () => scale;
}
