import { at } from "../ir/index.ts";
import type { Allocation, BlockPool } from "./blocks/block-pool.ts";
import type { DeviceCapabilities, RowDescriptor } from "./device.ts";
import type { Sequence } from "./sequence.ts";

/** The rows of a step, or how many KV blocks are missing for it. */
export type Schedule =
  | { readonly kind: "rows"; readonly rows: readonly RowDescriptor[] }
  | { readonly kind: "no-space"; readonly short: number };

/**
 * The next step of a sequence: as many of its tokens as are not computed yet and fit into a step. A prompt's
 * chunk and a decoded token are the same thing; only the row of the last token emits.
 */
export function scheduleStep(sequence: Sequence, pool: BlockPool, device: DeviceCapabilities): Schedule {
  const end = Math.min(sequence.tokens.length, sequence.computed + device.rows);
  const allocation = growTable(sequence, pool, Math.ceil(end / device.blockSize));
  if (allocation.kind === "no-space") return allocation;
  const blockTable = [...sequence.blockTable];
  const rows = sequence.tokens.slice(sequence.computed, end).map((token, row): RowDescriptor => {
    const position = sequence.computed + row;
    return {
      token,
      position,
      kvSlot: slotOf(blockTable, position, device.blockSize),
      sequence: sequence.slot,
      blockTable,
      visible: firstRows(row + 1),
      emit: position + 1 === sequence.tokens.length ? "argmax" : "none",
    };
  });
  return { kind: "rows", rows };
}

/** Where the key and value of a position lie in the KV memory. */
export function slotOf(blockTable: readonly number[], position: number, blockSize: number): number {
  return at(blockTable, Math.floor(position / blockSize)) * blockSize + (position % blockSize);
}

/** The mask of the first `count` rows of a step: what the last of them sees where rows are consecutive tokens. */
export function firstRows(count: number): bigint {
  return (1n << BigInt(count)) - 1n;
}

function growTable(sequence: Sequence, pool: BlockPool, blocks: number): Allocation {
  const allocation = pool.allocate(Math.max(0, blocks - sequence.blockTable.length));
  if (allocation.kind === "allocated") sequence.blockTable.push(...allocation.blocks);
  return allocation;
}
