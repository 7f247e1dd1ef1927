import { at } from "../../ir/index.ts";
import type { FlatDesign, FlatNode, NodeId } from "../netlist/flat.ts";

/** What happens at a clock edge: a state node takes its next value, or the write ports of a memory act. */
export type Action =
  | { readonly kind: "state"; readonly node: NodeId }
  | { readonly kind: "write"; readonly memory: number };

/** Whether the node keeps its value between edges. */
export function isState(node: FlatNode): boolean {
  return node.kind === "register" || (node.kind === "read" && node.latency === 1);
}

/** The nodes whose values an action reads. */
export function actionOperands(design: FlatDesign, action: Action): readonly NodeId[] {
  if (action.kind === "write") {
    return at(design.memories, action.memory).writes.flatMap(({ enable, address, data, mask }) => [
      enable,
      address,
      data,
      ...(mask === undefined ? [] : [mask]),
    ]);
  }
  const node = at(design.nodes, action.node);
  if (node.kind === "register") {
    const { next, enable, reset } = node;
    return [
      ...(reset === undefined ? [] : [reset.when, reset.value]),
      ...(enable === undefined ? [] : [enable]),
      next,
    ];
  }
  return node.kind === "read" ? [...(node.enable === undefined ? [] : [node.enable]), node.address] : [];
}

/** All actions of a design, states in node order, then memories. */
export function allActions(design: FlatDesign): readonly Action[] {
  const states = design.nodes.flatMap((node, id): readonly Action[] =>
    isState(node) ? [{ kind: "state", node: id }] : [],
  );
  const writes = design.memories.flatMap((memory, index): readonly Action[] =>
    memory.writes.length > 0 ? [{ kind: "write", memory: index }] : [],
  );
  return [...states, ...writes];
}

/** An order constraint between two actions, both given by index. */
export interface ActionOrder {
  /** For each action, the actions that must come after it. */
  readonly after: readonly (readonly number[])[];
  /** State nodes of which a copy must be taken first, because actions that read them directly wait for each other. */
  readonly snapshots: readonly NodeId[];
  /** For each action, the states that it reads from the copy. */
  readonly fromSnapshot: readonly ReadonlySet<NodeId>[];
}

/** Updates in place need every direct reader of a state to act before the state changes; circles are broken by copies. */
export function orderActions(design: FlatDesign, actions: readonly Action[]): ActionOrder {
  const indexByState = new Map<NodeId, number>();
  const writeByMemory = new Map<number, number>();
  actions.forEach((action, index) => {
    if (action.kind === "state") indexByState.set(action.node, index);
    else writeByMemory.set(action.memory, index);
  });
  const after: Set<number>[] = actions.map(() => new Set());
  const before: Set<number>[] = actions.map(() => new Set());
  const readers = new Map<number, number[]>();
  const precede = (first: number, second: number): void => {
    if (first === second) return;
    after[first]?.add(second);
    before[second]?.add(first);
  };
  actions.forEach((action, index) => {
    for (const operand of actionOperands(design, action)) {
      const state = indexByState.get(operand);
      if (state === undefined || state === index) continue;
      precede(index, state);
      const known = readers.get(state);
      if (known === undefined) readers.set(state, [index]);
      else known.push(index);
    }
    const node = action.kind === "state" ? at(design.nodes, action.node) : undefined;
    const write = node?.kind === "read" ? writeByMemory.get(node.memory) : undefined;
    if (write !== undefined) precede(index, write);
  });
  return breakCircles(actions, after, before, readers);
}

function breakCircles(
  actions: readonly Action[],
  after: Set<number>[],
  before: Set<number>[],
  readers: ReadonlyMap<number, readonly number[]>,
): ActionOrder {
  const fromSnapshot = actions.map(() => new Set<NodeId>());
  const snapshots: NodeId[] = [];
  const pending = before.map((set) => set.size);
  const done = actions.map(() => false);
  const ready = actions.flatMap((_, index) => (pending[index] === 0 ? [index] : []));
  let cursor = 0;
  let head = 0;
  const finish = (index: number): void => {
    done[index] = true;
    for (const next of at(after, index)) {
      pending[next] = at(pending, next) - 1;
      if (pending[next] === 0 && done[next] === false) ready.push(next);
    }
  };
  let finished = 0;
  while (finished < actions.length) {
    finished += 1;
    const next = ready[head];
    if (next !== undefined) {
      head += 1;
      finish(next);
      continue;
    }
    while (done[cursor] === true || at(actions, cursor).kind === "write") cursor += 1;
    const stuck = at(actions, cursor);
    if (stuck.kind === "state") snapshots.push(stuck.node);
    for (const reader of readers.get(cursor) ?? []) {
      if (done[reader] === true || stuck.kind !== "state") continue;
      fromSnapshot[reader]?.add(stuck.node);
      after[reader]?.delete(cursor);
    }
    finish(cursor);
  }
  return { after: after.map((set) => [...set]), snapshots, fromSnapshot };
}
