import { at } from "../../ir/index.ts";
import type { FlatDesign, FlatNode, NodeId } from "../netlist/flat.ts";
import { combinationalOperands } from "../netlist/simplify.ts";
import { type Action, actionOperands, isState, orderActions } from "./actions.ts";
import { storageOf } from "./layout.ts";

/** One thing to do, in order. */
export type Item =
  | { readonly kind: "compute"; readonly node: NodeId }
  | { readonly kind: "act"; readonly action: Action; readonly fromSnapshot: ReadonlySet<NodeId> };

/** What one evaluation does: copies first, then the items, cut into pieces that become functions. */
export interface Schedule {
  readonly design: FlatDesign;
  readonly snapshots: readonly NodeId[];
  readonly chunks: readonly (readonly Item[])[];
  /** Nodes whose value has a place of its own; the others are computed inside their only user. */
  readonly materialized: Uint8Array;
  /** How often the value of a node is read. */
  readonly uses: Uint32Array;
  /** Materialized nodes that are read in another chunk than their own. */
  readonly crossing: ReadonlySet<NodeId>;
}

/** Operations per function: small enough for V8's optimizing compiler to stay fast. */
const CHUNK_OPERATIONS = 1500;
const MAX_TREE_DEPTH = 24;

/** Whether the node is computed from others in the same cycle. */
export function isComputed(node: FlatNode): boolean {
  return node.kind === "operation" || (node.kind === "read" && node.latency === 0);
}

interface Cone {
  readonly live: Uint8Array;
  readonly uses: Uint32Array;
  readonly materialized: Uint8Array;
}

/** Nodes needed for `roots`; those computed inside their only user are found by use count, width and tree depth. */
function findCone(design: FlatDesign, roots: readonly NodeId[]): Cone {
  const { nodes } = design;
  const live = new Uint8Array(nodes.length);
  const uses = new Uint32Array(nodes.length);
  const materialized = new Uint8Array(nodes.length);
  for (const root of roots) {
    live[root] = 1;
    uses[root] = at(uses, root) + 1;
    materialized[root] = 1;
  }
  for (let id = nodes.length - 1; id >= 0; id -= 1) {
    const node = at(nodes, id);
    if (live[id] === 0 || !isComputed(node)) continue;
    const wide = storageOf(node.width) === "wide" || node.kind === "read";
    if (wide) materialized[id] = 1;
    for (const operand of combinationalOperands(node)) {
      live[operand] = 1;
      uses[operand] = at(uses, operand) + 1;
      if (wide || uses[operand] > 1) materialized[operand] = 1;
    }
  }
  limitDepth(design, live, materialized);
  return { live, uses, materialized };
}

/** Cuts trees of operations that are computed inside each other at a depth that code generators cope with. */
function limitDepth({ nodes }: FlatDesign, live: Uint8Array, materialized: Uint8Array): void {
  const depth = new Uint8Array(nodes.length);
  for (let id = 0; id < nodes.length; id += 1) {
    if (live[id] === 0 || !isComputed(at(nodes, id))) continue;
    let deepest = 0;
    for (const operand of combinationalOperands(at(nodes, id)))
      if (materialized[operand] === 0) deepest = Math.max(deepest, at(depth, operand));
    depth[id] = deepest + 1;
    if (deepest + 1 >= MAX_TREE_DEPTH) materialized[id] = 1;
  }
}

/** Calls `visit` with every node that the computation of `root` reads, through the nodes computed inside it. */
function visitTree(
  design: FlatDesign,
  materialized: Uint8Array,
  root: NodeId,
  visit: (leaf: NodeId) => void,
): number {
  let operations = 1;
  for (const operand of combinationalOperands(at(design.nodes, root))) {
    if (materialized[operand] === 0 && isComputed(at(design.nodes, operand)))
      operations += visitTree(design, materialized, operand, visit);
    else visit(operand);
  }
  return operations;
}

/** Orders the computation of `outputs` and the actions: an action acts as soon as everything that reads its state is done. */
export function scheduleDesign(
  design: FlatDesign,
  outputs: readonly NodeId[],
  actions: readonly Action[],
): Schedule {
  const { nodes } = design;
  const order = orderActions(design, actions);
  const cone = findCone(design, [...outputs, ...actions.flatMap((action) => actionOperands(design, action))]);
  const waits = new Waits(design, actions, order.after);
  const computes = nodes.flatMap((node, id) =>
    cone.live[id] === 1 && cone.materialized[id] === 1 && isComputed(node) ? [id] : [],
  );
  const costs = new Map<NodeId, number>();
  for (const id of computes) {
    costs.set(
      id,
      visitTree(design, cone.materialized, id, (leaf) => {
        waits.readState(id, leaf);
      }),
    );
    waits.readMemories(id);
  }
  actions.forEach((action, index) => {
    for (const operand of actionOperands(design, action))
      if (isComputed(at(nodes, operand))) waits.need(operand, index);
  });

  const items: Item[] = [];
  const release = (indices: readonly number[]): void => {
    for (const index of indices)
      items.push({
        kind: "act",
        action: at(actions, index),
        fromSnapshot: order.fromSnapshot[index] ?? new Set(),
      });
  };
  release(waits.start());
  for (const node of computes) {
    items.push({ kind: "compute", node });
    release(waits.done(node));
  }
  const chunks = cutIntoChunks(items, costs);
  return {
    design,
    snapshots: order.snapshots,
    chunks,
    materialized: cone.materialized,
    uses: cone.uses,
    crossing: findCrossing(design, chunks, cone.materialized),
  };
}

/** Counts what each action still waits for. */
class Waits {
  readonly #design: FlatDesign;
  readonly #pending: number[];
  readonly #after: readonly (readonly number[])[];
  readonly #byNode = new Map<NodeId, Set<number>>();
  readonly #actionByState = new Map<NodeId, number>();
  readonly #actionByMemory = new Map<number, number>();

  constructor(design: FlatDesign, actions: readonly Action[], after: readonly (readonly number[])[]) {
    this.#design = design;
    this.#after = after;
    this.#pending = actions.map(() => 0);
    for (const list of after) for (const index of list) this.#pending[index] = at(this.#pending, index) + 1;
    actions.forEach((action, index) => {
      if (action.kind === "state") this.#actionByState.set(action.node, index);
      else this.#actionByMemory.set(action.memory, index);
    });
  }

  /** Action `index` comes after the computation of `node`. */
  need(node: NodeId, index: number): void {
    const waiting = this.#byNode.get(node) ?? new Set();
    if (waiting.has(index)) return;
    this.#byNode.set(node, waiting.add(index));
    this.#pending[index] = at(this.#pending, index) + 1;
  }

  /** The computation of `node` reads `leaf`. */
  readState(node: NodeId, leaf: NodeId): void {
    if (!isState(at(this.#design.nodes, leaf))) return;
    const action = this.#actionByState.get(leaf);
    if (action !== undefined) this.need(node, action);
  }

  /** The computation of `node` may itself be a read of a memory that is written. */
  readMemories(node: NodeId): void {
    const found = at(this.#design.nodes, node);
    const action = found.kind === "read" ? this.#actionByMemory.get(found.memory) : undefined;
    if (action !== undefined) this.need(node, action);
  }

  /** Actions that wait for nothing, with those that they release. */
  start(): readonly number[] {
    return this.#release(this.#pending.flatMap((count, index) => (count === 0 ? [index] : [])));
  }

  /** Actions that the computation of `node` releases. */
  done(node: NodeId): readonly number[] {
    return this.#release([...(this.#byNode.get(node) ?? [])].filter((index) => this.#decrement(index)));
  }

  #decrement(index: number): boolean {
    this.#pending[index] = at(this.#pending, index) - 1;
    return this.#pending[index] === 0;
  }

  #release(first: readonly number[]): readonly number[] {
    const released = [...first];
    for (let i = 0; i < released.length; i += 1) {
      for (const next of this.#after[at(released, i)] ?? []) if (this.#decrement(next)) released.push(next);
    }
    return released;
  }
}

function cutIntoChunks(
  items: readonly Item[],
  costs: ReadonlyMap<NodeId, number>,
): readonly (readonly Item[])[] {
  const chunks: Item[][] = [];
  let current: Item[] = [];
  let size = 0;
  for (const item of items) {
    current.push(item);
    size += item.kind === "compute" ? (costs.get(item.node) ?? 1) : 1;
    if (size < CHUNK_OPERATIONS) continue;
    chunks.push(current);
    current = [];
    size = 0;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}

function findCrossing(
  design: FlatDesign,
  chunks: readonly (readonly Item[])[],
  materialized: Uint8Array,
): ReadonlySet<NodeId> {
  const crossing = new Set<NodeId>();
  const chunkByNode = new Map<NodeId, number>();
  chunks.forEach((chunk, index) => {
    const read = (leaf: NodeId): void => {
      const home = chunkByNode.get(leaf);
      if (home !== undefined && home !== index) crossing.add(leaf);
    };
    for (const item of chunk) {
      if (item.kind === "act") actionOperands(design, item.action).forEach(read);
      else {
        visitTree(design, materialized, item.node, read);
        chunkByNode.set(item.node, index);
      }
    }
  });
  return crossing;
}
