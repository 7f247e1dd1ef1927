import { expect, test } from "vitest";
import type { RowDescriptor } from "../device.ts";
import { continueHistory, openHistoryDecoder, toyVocab } from "../testing/history-decoder.ts";
import { createReferenceDevice } from "./reference.ts";

const device = () =>
  createReferenceDevice({
    openDecoder: openHistoryDecoder,
    rows: 8,
    blockSize: 2,
    maxContext: 16,
    vocab: toyVocab,
  });

function row(token: number, position: number, more: Partial<RowDescriptor> = {}): RowDescriptor {
  const blockTable = [3, 1, 2];
  const kvSlot = (blockTable[Math.floor(position / 2)] ?? 0) * 2 + (position % 2);
  return { token, position, kvSlot, sequence: 0, blockTable, visible: 1n, emit: "argmax", ...more };
}

async function tokensOf(target: ReturnType<typeof device>, ...rows: readonly RowDescriptor[]) {
  const result = await target.step(rows);
  if (result.kind === "error") throw new Error("no emission");
  return result.value.emissions.map((emission) => (emission.kind === "argmax" ? emission.token : -1));
}

test("a row sees the committed context through its block table", async () => {
  const reference = device();
  await tokensOf(reference, row(5, 0), row(6, 1, { visible: 3n }), row(7, 2, { visible: 7n }));
  expect(await tokensOf(reference, row(8, 3))).toEqual(continueHistory([5, 6, 7, 8], 1));
  await expect(reference.step([row(8, 3, { blockTable: [3, 2], kvSlot: 5 })])).rejects.toThrow(
    "the history at the last position",
  );
});

test("siblings of a tree see their ancestors only", async () => {
  const reference = device();
  await tokensOf(reference, row(5, 0), row(6, 1, { visible: 3n }));
  const tree = [row(7, 2), row(8, 3, { visible: 3n }), row(9, 3, { visible: 5n, kvSlot: 4 })];
  expect(await tokensOf(reference, ...tree)).toEqual([
    ...continueHistory([5, 6, 7], 1),
    ...continueHistory([5, 6, 7, 8], 1),
    ...continueHistory([5, 6, 7, 9], 1),
  ]);
});

test("two sequences share a step, and blocks of a prefix", async () => {
  const reference = device();
  await tokensOf(reference, row(5, 0), row(6, 1, { visible: 3n }));
  const other = { sequence: 1, blockTable: [3, 4], kvSlot: 8 };
  expect(await tokensOf(reference, row(7, 2), row(9, 2, { ...other, visible: 2n }))).toEqual([
    ...continueHistory([5, 6, 7], 1),
    ...continueHistory([5, 6, 9], 1),
  ]);
});

test("rows that ask for nothing give nothing; logits are given whole", async () => {
  const result = await device().step([
    row(5, 0, { emit: "none" }),
    row(6, 1, { visible: 3n, emit: "logits" }),
  ]);
  expect(result).toMatchObject({ kind: "ok", value: { emissions: [{ kind: "logits", row: 1 }] } });
});

test("descriptors outside the capabilities are bugs of the caller", async () => {
  await expect(device().step([])).rejects.toThrow("0 rows");
  await expect(device().step([row(toyVocab, 0)])).rejects.toThrow("vocabulary");
  await expect(device().step([row(1, 16)])).rejects.toThrow("position 16");
  await expect(device().step([row(1, 0, { visible: 0n })])).rejects.toThrow("itself");
  await expect(device().step([row(1, 0), row(2, 2, { visible: 3n })])).rejects.toThrow("stands behind");
  const other = { sequence: 1, blockTable: [4], kvSlot: 8 };
  const apart = [row(1, 0), row(2, 0, { ...other, visible: 2n }), row(3, 1, { visible: 5n })];
  await expect(device().step(apart)).rejects.toThrow("do not stand together");
  await expect(device().step([row(1, 0), row(2, 1, { visible: 2n })])).rejects.toThrow(
    "each position before",
  );
  await expect(device().step([row(1, 0), row(2, 0, { visible: 2n })])).rejects.toThrow("the same slot");
  await expect(device().step([row(1, 0, { kvSlot: 9 })])).rejects.toThrow("no block of its row");
});
