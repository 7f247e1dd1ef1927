import { at, CompilerBug } from "../../ir/index.ts";
import type { DeviceCapabilities, RowDescriptor } from "../device.ts";
import { slotOf } from "../scheduling/rows.ts";

/** Positions of a sequence that were computed before this step: those before its first row. */
export function committedPositions(rows: readonly RowDescriptor[], sequence: number): number {
  const own = rows.filter((row) => row.sequence === sequence);
  return Math.min(...own.map(({ position }) => position));
}

/** The other rows of the step that a row's mask names, in the order of the step. */
export function rowsSeenBy(index: number, rows: readonly RowDescriptor[]): readonly RowDescriptor[] {
  const { visible } = at(rows, index);
  return rows.filter((_, other) => other !== index && (visible & (1n << BigInt(other))) !== 0n);
}

/** The mask of a row that sees itself and every row of its sequence before it: consecutive tokens. */
function causalMask(rows: readonly Pick<RowDescriptor, "sequence">[], index: number): bigint {
  const { sequence } = at(rows, index);
  return rows
    .slice(0, index + 1)
    .reduce((mask, row, other) => (row.sequence === sequence ? mask | (1n << BigInt(other)) : mask), 0n);
}

/** Throws where a step breaks the rules of the device port: a bug of whoever scheduled it. */
export function checkRows(rows: readonly RowDescriptor[], device: DeviceCapabilities): void {
  if (rows.length === 0 || rows.length > device.rows)
    throw new CompilerBug(`a step of ${rows.length} rows on a device of ${device.rows}`);
  if (new Set(rows.map(({ kvSlot }) => kvSlot)).size < rows.length)
    throw new CompilerBug("two rows of a step have the same slot");
  checkRuns(rows);
  rows.forEach((row, index) => {
    checkRow(row, device);
    checkMask(rows, index, device);
  });
}

function checkRow(
  { token, position, emit, blockTable, kvSlot }: RowDescriptor,
  device: DeviceCapabilities,
): void {
  if (position >= device.maxContext)
    throw new CompilerBug(`position ${position} on a device of ${device.maxContext}`);
  if (token < 0 || token >= device.vocab) throw new CompilerBug(`token ${token} is outside the vocabulary`);
  if (!device.emits.includes(emit)) throw new CompilerBug(`this device cannot emit ${emit}`);
  const block = Math.floor(kvSlot / device.blockSize);
  if (!blockTable.includes(block)) throw new CompilerBug(`slot ${kvSlot} is in no block of its row`);
  if (!device.hasTrees && kvSlot !== slotOf(blockTable, position, device.blockSize))
    throw new CompilerBug("a row's slot is that of its position on this device");
}

/** The rows of a sequence stand together, and their positions rise by 0 or 1 from row to row. */
function checkRuns(rows: readonly RowDescriptor[]): void {
  const ended = new Set<number>();
  rows.forEach(({ sequence, position }, index) => {
    const before = rows[index - 1];
    if (before?.sequence === sequence) {
      if (position !== before.position && position !== before.position + 1)
        throw new CompilerBug(`position ${position} stands behind position ${before.position}`);
      return;
    }
    if (ended.has(sequence)) throw new CompilerBug(`the rows of sequence ${sequence} do not stand together`);
    ended.add(sequence);
  });
}

/** A row sees itself, and one row for each position between the committed context and its own, in order. */
function checkMask(rows: readonly RowDescriptor[], index: number, { hasTrees }: DeviceCapabilities): void {
  const { visible, position, sequence } = at(rows, index);
  if ((visible & (1n << BigInt(index))) === 0n) throw new CompilerBug("a row sees at least itself");
  if (!hasTrees && visible !== causalMask(rows, index))
    throw new CompilerBug("a row sees itself and every row of its sequence before it on this device");
  const seen = rowsSeenBy(index, rows);
  const committed = committedPositions(rows, sequence);
  const isPath = seen.every((row, place) => row.sequence === sequence && row.position === committed + place);
  if (!isPath || seen.length !== position - committed)
    throw new CompilerBug(
      `row ${index} does not see one row of its sequence for each position before its own`,
    );
}
