import type { Row } from "../../backend-hls/index.ts";
import { type RowDescriptor, slotOf } from "../../runtime-host/index.ts";

/** The next token of sequence `n`, whose blocks follow one another. */
export function decodeRow(n: number, context: number, blockSize: number): Row {
  const count = Math.floor(context / blockSize) + 1;
  const blocks = Array.from({ length: count }, (_, block) => 1 + n * count + block);
  return { token: 2 + n, position: context, blocks, sequence: n, emit: "argmax" };
}

/** {@link decodeRow} as the `n`-th row that a host gives to a device: it sees itself and what is committed. */
export function decodeDescriptor(n: number, context: number, blockSize: number): RowDescriptor {
  const { token, position, blocks, sequence } = decodeRow(n, context, blockSize);
  const kvSlot = slotOf(blocks, position, blockSize);
  return { token, position, kvSlot, sequence, blockTable: blocks, visible: 1n << BigInt(n), emit: "argmax" };
}
