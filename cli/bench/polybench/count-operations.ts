import {
  AffineForOp,
  type AffineMap,
  at,
  evaluateAffine,
  FuncOp,
  type Operation,
  present,
  type Value,
} from "../../../ir/index.ts";

/** Operations on floats that a program asks for, by name: `arith.addf`, …. */
export type OperationCounts = ReadonlyMap<string, number>;

const COUNTED: ReadonlySet<string> = new Set([
  ...["arith.addf", "arith.subf", "arith.mulf", "arith.divf", "math.sqrt"],
]);

/** How often each operation on floats is carried out when a function of affine loops runs as it is written. */
export function countOperations(module: Operation, functionName: string): OperationCounts {
  const func = [...module.walk()].find((op) => FuncOp.match(op)?.attrs.sym_name === functionName);
  const counts = new Map<string, number>();
  countBlock(at(present(func, `@${functionName}`).regions, 0).block.ops, new Map(), { counts, times: 1 });
  return counts;
}

interface Tally {
  readonly counts: Map<string, number>;
  /** How often what follows is carried out for these counters. */
  readonly times: number;
}

function countBlock(ops: readonly Operation[], counters: Map<Value, number>, { counts, times }: Tally): void {
  for (const op of ops) {
    if (COUNTED.has(op.name)) counts.set(op.name, (counts.get(op.name) ?? 0) + times);
    if (AffineForOp.match(op) !== undefined) countLoop(op, counters, { counts, times });
  }
}

/** The body of a loop whose counter bounds no inner loop is counted once for all iterations. */
function countLoop(loop: Operation, counters: Map<Value, number>, { counts, times }: Tally): void {
  const { attrs, rest } = present(AffineForOp.match(loop), "a loop");
  const split = attrs.lowerBound.dims + attrs.lowerBound.symbols;
  const values = rest.map((value) => present(counters.get(value), "a counter"));
  const from = Math.max(...results(attrs.lowerBound, values.slice(0, split)));
  const to = Math.min(...results(attrs.upperBound, values.slice(split)));
  const { block } = at(loop.regions, 0);
  const counter = at(block.args, 0);
  const trips = Math.max(0, Math.ceil((to - from) / attrs.step));
  const isBound = counter.uses.some(({ user }) => AffineForOp.match(user) !== undefined);
  if (!isBound) {
    if (trips > 0) countBlock(block.ops, counters, { counts, times: times * trips });
    return;
  }
  for (let trip = 0; trip < trips; trip++) {
    counters.set(counter, from + trip * attrs.step);
    countBlock(block.ops, counters, { counts, times });
  }
  counters.delete(counter);
}

function results(map: AffineMap, values: readonly number[]): readonly number[] {
  return map.results.map((expr) => evaluateAffine(expr, values.slice(0, map.dims), values.slice(map.dims)));
}
