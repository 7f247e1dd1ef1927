import { Block, type Operation, Region, type Value } from "../core/operation.ts";
import { NnBuilder } from "../dialects/nn/builder.ts";
import { at, present } from "../support/bug.ts";

/** Writes operations before `anchor`; they take its place in the text as their span. */
export function writeBefore<T>(anchor: Operation, write: (b: NnBuilder) => T): T {
  const scratch = new Block();
  const answer = write(new NnBuilder(scratch, anchor.span));
  const target = present(anchor.parent, `the block of ${anchor.name}`);
  for (const op of [...scratch.ops]) {
    scratch.remove(op);
    target.insertBefore(op, anchor);
  }
  return answer;
}

/** The operation in front of which code stands that comes right behind the definition of `value`. */
export function behindDefinition(value: Value): Operation {
  const { producer, owner } = value;
  if (producer === undefined) return at((owner as Block).ops, 0); // without a producer the owner is a block
  const { ops } = present(producer.parent, `the block of ${producer.name}`);
  return at(ops, ops.indexOf(producer) + 1);
}

/** Erases `op` where nothing reads it. */
export function eraseUnused(op: Operation): void {
  if (op.parent !== undefined && op.results.every(({ uses }) => uses.length === 0)) op.erase();
}

/** What {@link outline} builds around the operations that it moves. */
export interface Outliner {
  /** Ends the region with the values that are read outside. */
  terminator(values: readonly Value[]): Operation;
  /** The operation with the region; one result per value. */
  enclosing(region: Region, values: readonly Value[]): Operation;
}

/**
 * Moves operations of one block, given in an order of dependence, into the region of a new operation before
 * `anchor`: ops ==> enclosing { ops; terminator(values that are read elsewhere) }. Returns the new operation.
 */
export function outline(ops: readonly Operation[], anchor: Operation, outliner: Outliner): Operation {
  const moved = new Set(ops);
  const live = ops
    .flatMap(({ results }) => results)
    .filter(({ uses }) => uses.some(({ user }) => !isWithin(user, moved)));
  const body = new Block();
  for (const op of ops) {
    present(op.parent, `the block of ${op.name}`).remove(op);
    body.append(op);
  }
  const target = present(anchor.parent, `the block of ${anchor.name}`);
  const outer = outliner.enclosing(new Region(body), live);
  target.insertBefore(outer, anchor);
  live.forEach((value, index) => {
    const replacement = at(outer.results, index);
    replacement.hint = value.hint;
    for (const use of [...value.uses])
      if (!isWithin(use.user, moved)) use.user.setOperand(use.index, replacement);
  });
  body.append(outliner.terminator(live));
  return outer;
}

function isWithin(op: Operation, set: ReadonlySet<Operation>): boolean {
  for (let outer: Operation | undefined = op; outer !== undefined; outer = outer.parent?.parent?.parent) {
    if (set.has(outer)) return true;
  }
  return false;
}
