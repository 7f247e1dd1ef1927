import type { CacheShape } from "../../../dialects/nn/caches.ts";
import type { Span } from "../../../support/diagnostics.ts";
import { InterpreterFault } from "../../fault.ts";
import { positionOutside, slotOutside } from "../diagnostics.ts";

/** A run of visible positions within one block: the slots `first`, `first + 1`, … of the cache. */
export interface Run {
  readonly first: number;
  readonly count: number;
}

/** Slots of a cache. */
export function slotCount(shape: CacheShape): number {
  return shape.blocks * shape.block_size;
}

/** Where a row of a step looks. */
export interface RowView {
  readonly position: number;
  /** Physical block of each block of positions. */
  readonly table: Int32Array;
  readonly window: number | undefined;
  readonly span: Span;
}

/** The visible positions of a row as runs in ascending order: at most one per block of the cache. */
export function visibleRuns({ position, table, window, span }: RowView, shape: CacheShape): readonly Run[] {
  const { block_size: size, blocks } = shape;
  if (position < 0 || position >= table.length * size)
    throw new InterpreterFault(positionOutside(span, { position, positions: table.length * size }));
  const lowest = window === undefined ? 0 : Math.max(0, position - window + 1);
  const runs: Run[] = [];
  for (let from = lowest; from <= position; ) {
    const block = Math.floor(from / size);
    const physical = table[block] ?? 0;
    if (physical < 0 || physical >= blocks)
      throw new InterpreterFault(slotOutside(span, { what: "block", index: physical, count: blocks }));
    const end = Math.min((block + 1) * size, position + 1);
    runs.push({ first: physical * size + (from % size), count: end - from });
    from = end;
  }
  return runs;
}
