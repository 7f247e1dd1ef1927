import { at, CompilerBug } from "../../ir/index.ts";
import type { Row } from "./step.ts";

/** What a row sees: the positions before `context` in memory, and the rows of the step whose bits are set. */
export interface RowSight {
  readonly context: number;
  readonly visible: bigint;
}

/**
 * The sight of each row of a step, as given or causal: the rows before it of the same sequence, and itself. Rows of a
 * sequence stand together, in positions that begin at its context and rise by at most one from row to row.
 */
export function sightOf(rows: readonly Row[]): readonly RowSight[] {
  const ended = new Set<number>();
  let first = 0;
  return rows.map((row, index) => {
    const before = rows[index - 1];
    if (before?.sequence !== row.sequence) {
      if (before !== undefined) ended.add(before.sequence);
      if (ended.has(row.sequence)) throw new CompilerBug("the rows of a sequence stand together in a step");
      first = index;
    }
    const context = row.context ?? at(rows, first).position;
    checkPosition(row, index === first ? undefined : before, context);
    const run = bits(index + 1) & ~bits(first);
    const visible = row.visible ?? run;
    if ((visible & ~run) !== 0n || (visible >> BigInt(index)) % 2n === 0n)
      throw new CompilerBug(`row ${String(index)} sees itself and rows of its sequence before it`);
    return { context, visible };
  });
}

function checkPosition(row: Row, before: Row | undefined, context: number): void {
  const [least, most] = before === undefined ? [context, context] : [before.position, before.position + 1];
  if (row.position < least || row.position > most)
    throw new CompilerBug(
      `a row of sequence ${String(row.sequence)} at position ${String(row.position)}, not ${String(least)} to ${String(most)}`,
    );
}

function bits(count: number): bigint {
  return (1n << BigInt(count)) - 1n;
}
