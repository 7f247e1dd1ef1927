import { at, present } from "../../ir/index.ts";
import type { Emit, RowDescriptor } from "../device.ts";
import type { Part } from "./plan.ts";
import type { Sequence } from "./sequence.ts";

/** The rows of a device's step, part by part: each row sees its sequence's committed context and the rows of its own part up to itself. */
export function rowsOf(
  parts: readonly Part[],
  blockSize: number,
  emitOf: (sequence: Sequence) => Emit,
): readonly RowDescriptor[] {
  const rows: RowDescriptor[] = [];
  for (const { sequence, from, count } of parts) {
    const first = rows.length;
    const blockTable = [...sequence.blockTable];
    for (let n = 0; n < count; n++) {
      const position = from + n;
      rows.push({
        token: at(sequence.tokens, position),
        position,
        kvSlot: slotOf(blockTable, position, blockSize),
        sequence: present(sequence.slot, "the place of a running sequence"),
        blockTable,
        visible: firstRows(n + 1) << BigInt(first),
        emit: position + 1 === sequence.tokens.length ? emitOf(sequence) : "none",
      });
    }
  }
  return rows;
}

/** Where the key and value of a position lie in the KV memory. */
export function slotOf(blockTable: readonly number[], position: number, blockSize: number): number {
  return at(blockTable, Math.floor(position / blockSize)) * blockSize + (position % blockSize);
}

/** The mask of the first `count` rows of a step: what the last of them sees where rows are consecutive tokens. */
export function firstRows(count: number): bigint {
  return (1n << BigInt(count)) - 1n;
}
