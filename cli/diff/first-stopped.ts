import type { StreamUsers } from "./neighbours.ts";

/** What is known of a network that stands still: the first missing element of every stream that owes one. */
export interface Standstill {
  readonly users: ReadonlyMap<string, StreamUsers>;
  readonly missing: ReadonlyMap<string, number>;
  /** When a stream last moved. */
  readonly lastCycle: (stream: string) => number | undefined;
  /** When in its reader's, and in its writer's program an element is due: command, then counters of loops. */
  readonly readOrder: (stream: string, element: number) => readonly number[] | undefined;
  readonly writeOrder: (stream: string, element: number) => readonly number[];
}

/** A process with the next element that it owes. */
interface Debtor {
  readonly process: string;
  readonly stream: string;
  readonly order: readonly number[];
  readonly cycle: number;
}

/**
 * The next element of the process that stopped by itself. A process waits for others if it misses an element that it reads no
 * later than its next write, or if a reader of its output has not yet taken all that came. Of those that do not wait, the
 * one that stopped first.
 */
export function firstStopped(
  still: Standstill,
): { readonly stream: string; readonly cycle: number } | undefined {
  const debtors = debtorsOf(still);
  const able = debtors.filter((debtor) => !isStarved(debtor, still));
  const free = able.filter((debtor) => !isBlocked(debtor, debtors, still));
  const candidates = free.length > 0 ? free : able.length > 0 ? able : debtors;
  return candidates.toSorted((a, b) => a.cycle - b.cycle)[0];
}

function debtorsOf({ users, missing, lastCycle, writeOrder }: Standstill): readonly Debtor[] {
  const byProcess = new Map<string, Debtor>();
  for (const [stream, element] of missing) {
    const process = users.get(stream)?.writer;
    if (process === undefined) continue;
    const order = writeOrder(stream, element);
    const known = byProcess.get(process);
    if (known !== undefined && compareOrders(known.order, order, order.length - known.order.length) <= 0)
      continue;
    const around = [...users].filter(([, { writer, reader }]) => writer === process || reader === process);
    const cycle = Math.max(0, ...around.map(([name]) => lastCycle(name) ?? 0));
    byProcess.set(process, { process, stream, order, cycle });
  }
  return [...byProcess.values()];
}

/** Whether an element that never came is read before the process can write its next one. */
function isStarved({ process, order }: Debtor, { users, missing, readOrder }: Standstill): boolean {
  return [...missing].some(([stream, element]) => {
    if (users.get(stream)?.reader !== process) return false;
    const due = readOrder(stream, element);
    return due === undefined || isDue(due, order);
  });
}

/** Whether elements of the process lie in front of a reader that stands still itself, for another reason. */
function isBlocked(
  { process }: Debtor,
  debtors: readonly Debtor[],
  { users, missing, readOrder }: Standstill,
): boolean {
  return [...users].some(([stream, { writer, reader }]) => {
    if (writer !== process) return false;
    const stuck = debtors.find((debtor) => debtor.process === reader);
    if (stuck === undefined) return false;
    const next = missing.get(stream);
    // The newest element that came: not taken yet if its place is behind the reader's next write.
    const newest = next === undefined ? undefined : readOrder(stream, next - 1);
    return newest !== undefined && !isDue(newest, stuck.order);
  });
}

/** Counters one by one; where one of the places is outside the loops of the other, `otherwise`. */
function compareOrders(a: readonly number[], b: readonly number[], otherwise: number): number {
  const place = a.findIndex((value, index) => index < b.length && value !== b[index]);
  return place < 0 ? otherwise : (a[place] ?? 0) - (b[place] ?? 0);
}

/** Whether a read comes no later than a write of the same process: commands are read before all loops, tokens written behind them. */
function isDue(read: readonly number[], write: readonly number[]): boolean {
  return compareOrders(read, write, 0) <= 0;
}
