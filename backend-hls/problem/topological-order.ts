import { at } from "../../ir/index.ts";
import type { OperationId } from "./problem.ts";

export type OrderResult =
  | { readonly kind: "order"; readonly ops: readonly OperationId[] }
  | { readonly kind: "cycle"; readonly ops: readonly OperationId[] };

interface Arc {
  readonly from: OperationId;
  readonly to: OperationId;
  readonly distance: number;
}

/** Orders operations along the dependences of distance 0 (Kahn), or returns one cycle of them. */
export function orderWithinIteration(size: number, arcs: readonly Arc[]): OrderResult {
  const successors: number[][] = Array.from({ length: size }, () => []);
  const waiting = new Int32Array(size);
  for (const { from, to, distance } of arcs) {
    if (distance !== 0) continue;
    at(successors, from).push(to);
    waiting[to] = at(waiting, to) + 1;
  }
  const ops: number[] = [];
  for (let op = 0; op < size; op++) if (at(waiting, op) === 0) ops.push(op);
  for (let next = 0; next < ops.length; next++) {
    for (const to of at(successors, at(ops, next))) {
      waiting[to] = at(waiting, to) - 1;
      if (at(waiting, to) === 0) ops.push(to);
    }
  }
  if (ops.length === size) return { kind: "order", ops };
  return { kind: "cycle", ops: findCycle(arcs, waiting) };
}

/** Walks backwards among the operations that still wait: each has a predecessor that waits too. */
function findCycle(arcs: readonly Arc[], waiting: Int32Array): OperationId[] {
  const waitsFor = new Map<OperationId, OperationId>();
  for (const { from, to, distance } of arcs) {
    if (distance === 0 && at(waiting, from) > 0 && at(waiting, to) > 0) waitsFor.set(to, from);
  }
  const path: OperationId[] = [];
  const seen = new Set<OperationId>();
  let op = at([...waitsFor.keys()], 0);
  while (!seen.has(op)) {
    seen.add(op);
    path.push(op);
    op = waitsFor.get(op) ?? op;
  }
  return path.slice(path.indexOf(op)).reverse();
}
