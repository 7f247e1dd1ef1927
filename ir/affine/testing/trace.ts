import { type Loop, type Node, type Placed, type Statement, statementsOf } from "../model/program.ts";
import { type Counter, evaluateSum } from "../model/sum.ts";
import type { Guard } from "../model/term.ts";

/** One run of a statement. */
export interface Event {
  readonly placed: Placed;
  readonly counters: ReadonlyMap<Counter, number>;
  /** The iterations of the loops around it, which may be of the same counter object in copies of a loop. */
  readonly iteration: readonly number[];
}

/** All runs in the order of the program; guards on data are taken to hold. */
export function traceOf(nodes: readonly Node[]): readonly Event[] {
  const placedOf = new Map<Statement, Placed>(statementsOf(nodes).map((each) => [each.statement, each]));
  const out: Event[] = [];
  const visit = (
    list: readonly Node[],
    counters: ReadonlyMap<Counter, number>,
    iteration: readonly number[],
  ): void => {
    for (const node of list) {
      if (node.kind === "loop") {
        for (const value of iterationsOf(node, counters))
          visit(node.body, new Map([...counters, [node.counter, value]]), [...iteration, value]);
        continue;
      }
      const placed = placedOf.get(node);
      if (placed !== undefined && node.guards.every((guard) => holds(guard, counters)))
        out.push({ placed, counters, iteration });
    }
  };
  visit(nodes, new Map(), []);
  return out;
}

function valueIn(counters: ReadonlyMap<Counter, number>): (counter: Counter) => number {
  return (counter) => counters.get(counter) ?? Number.NaN;
}

function iterationsOf(loop: Loop, counters: ReadonlyMap<Counter, number>): readonly number[] {
  const from = Math.max(...loop.lower.map((sum) => evaluateSum(sum, valueIn(counters))));
  const to = Math.min(...loop.upper.map((sum) => evaluateSum(sum, valueIn(counters))));
  return Array.from(
    { length: Math.max(0, Math.ceil((to - from) / loop.step)) },
    (_, n) => from + n * loop.step,
  );
}

function holds(guard: Guard, counters: ReadonlyMap<Counter, number>): boolean {
  if (guard.kind === "data") return true;
  return guard.constraints.every(({ kind, sum }) => {
    const value = evaluateSum(sum, valueIn(counters));
    return kind === "equal" ? value === 0 : value >= 0;
  });
}
