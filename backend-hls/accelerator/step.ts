import { at, CompilerBug, type ElementValue } from "../../ir/index.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import type { Plan } from "./shape.ts";

/** One token of some sequence (`row_descriptor` in the manifest). */
export interface Row {
  readonly token: number;
  readonly position: number;
  /** Block ids of the sequence, the block of this position included. */
  readonly blocks: readonly number[];
  readonly sequence: number;
  readonly emit: "none" | "argmax";
}

/** Writes descriptors and block tables into the memory; returns the start command. */
export function encodeStep(
  plan: Plan,
  layout: MemoryLayout,
  rows: readonly Row[],
  image: Uint8Array,
): readonly ElementValue[] {
  if (rows.length === 0 || rows.length > plan.rows)
    throw new CompilerBug(`a step of ${String(rows.length)} rows; the accelerator has ${String(plan.rows)}`);
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const { regions, strides } = layout;
  const { blockSize } = plan.model;
  rows.forEach((row, index) => {
    const table = regions.tables.base + index * strides.table;
    const needed = Math.floor(row.position / blockSize) + 1;
    if (row.position >= plan.model.maxContext || row.blocks.length < needed)
      throw new CompilerBug(`row ${String(index)} has no block for position ${String(row.position)}`);
    row.blocks.slice(0, needed).forEach((block, n) => {
      view.setInt32(table + 4 * n, block, true);
    });
    const slot = at(row.blocks, needed - 1) * blockSize + (row.position % blockSize);
    const words = [row.token, row.position, slot, row.sequence, table, row.emit === "argmax" ? 1 : 0, 0, 0];
    words.forEach((word, n) => {
      view.setInt32(regions.descriptors.base + index * strides.descriptor + 4 * n, word, true);
    });
  });
  const emit = rows.some((row) => row.emit !== "none") ? 1 : 0;
  return [
    rows.length,
    emit,
    regions.descriptors.base,
    regions.weights.base,
    regions.constants.base,
    regions.embedding.base,
    regions.rope.base,
    regions.kv.base,
    strides.kvLayer,
    regions.outputs.base,
  ];
}

/** What a row gave. */
export interface RowOutput {
  readonly token: number;
  readonly logit: number;
}

/** Reads the outputs of a step: one for each row that asked for one, undefined for the others. */
export function decodeStep(
  layout: MemoryLayout,
  rows: readonly Row[],
  image: Uint8Array,
): readonly (RowOutput | undefined)[] {
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  return rows.map((row, index) => {
    if (row.emit === "none") return undefined;
    const address = layout.regions.outputs.base + index * layout.strides.output;
    return { token: view.getInt32(address, true), logit: view.getFloat32(address + 4, true) };
  });
}
