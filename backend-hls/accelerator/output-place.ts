import { at } from "../../ir/index.ts";

/** What a row gives: nothing, its greedy token, its best tokens, or these and all logits. */
export type Emit = "none" | "argmax" | "topk" | "logits";

/** Numbers of the kinds in a row descriptor. */
export const EMIT_KINDS: Readonly<Record<Emit, number>> = { none: 0, argmax: 1, topk: 2, logits: 3 };

/** Which rows emit. */
export interface EmittingRows {
  /** Rows in the order of their outputs: those that want all logits first, each kind in the order of the step. */
  readonly rows: readonly number[];
  /** How many of them want all logits. */
  readonly logitRows: number;
}

/** The order in which a step's rows have their outputs in memory. */
export function emittingRows(emits: readonly Emit[]): EmittingRows {
  const rowsThat = (wanted: (emit: Emit) => boolean): readonly number[] =>
    emits.flatMap((emit, row) => (wanted(emit) ? [row] : []));
  const whole = rowsThat((emit) => emit === "logits");
  const others = rowsThat((emit) => emit === "argmax" || emit === "topk");
  return { rows: [...whole, ...others], logitRows: whole.length };
}

/** A row's word `emit`: the kind, and above it the row's place among those that emit. */
export function emitWord(emits: readonly Emit[], row: number): number {
  const emit = at(emits, row);
  return emit === "none" ? 0 : EMIT_KINDS[emit] + emittingRows(emits).rows.indexOf(row) * 2 ** EMIT_PLACE_LSB;
}

/** Bits of the kind in the word `emit`, and those that are kept free above it. */
export const EMIT_PLACE_LSB = 8;
