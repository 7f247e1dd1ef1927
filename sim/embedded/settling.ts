import { at } from "../../ir/index.ts";
import type { FlatDesign, NodeId } from "../netlist/flat.ts";
import { type Action, actionOperands, isState } from "./actions.ts";
import { isComputed } from "./schedule.ts";

/**
 * When a region has come to rest. State on no circle is at rest `cycles` cycles after everything that it depends on;
 * state on a circle must be watched for changes.
 */
export interface Settling {
  readonly cycles: number;
  readonly watchedStates: ReadonlySet<NodeId>;
  readonly watchedMemories: ReadonlySet<number>;
}

/** The dependences inside a region: nodes by their number, memory m as `nodes.length + m`. */
class Dependences {
  readonly #design: FlatDesign;
  readonly #actionByVertex = new Map<number, Action>();
  readonly #written: ReadonlySet<number>;

  constructor(design: FlatDesign, actions: readonly Action[]) {
    this.#design = design;
    for (const action of actions)
      this.#actionByVertex.set(
        action.kind === "state" ? action.node : design.nodes.length + action.memory,
        action,
      );
    this.#written = new Set(actions.flatMap((action) => (action.kind === "write" ? [action.memory] : [])));
  }

  get states(): readonly number[] {
    return [...this.#actionByVertex.keys()];
  }

  isState(vertex: number): boolean {
    return this.#actionByVertex.has(vertex);
  }

  of(vertex: number): readonly number[] {
    const action = this.#actionByVertex.get(vertex);
    const node = this.#design.nodes[vertex];
    const operands =
      action !== undefined
        ? actionOperands(this.#design, action)
        : node?.kind === "operation"
          ? node.operands
          : node?.kind === "read"
            ? [node.address]
            : [];
    const found = operands.filter((id) => this.#isInside(id));
    return node?.kind === "read" && this.#written.has(node.memory)
      ? [...found, this.#design.nodes.length + node.memory]
      : found;
  }

  #isInside(id: NodeId): boolean {
    const node = at(this.#design.nodes, id);
    return isState(node) ? this.#actionByVertex.has(id) : isComputed(node);
  }
}

interface Frame {
  readonly vertex: number;
  readonly next: readonly number[];
  position: number;
}

/** Circles after R. Tarjan, "Depth-first search and linear graph algorithms", 1972, with a stack of its own. */
class Circles {
  readonly watched = new Set<number>();
  /** Edges after which a vertex that is not watched has come to rest. */
  readonly depth = new Map<number, number>();
  readonly #graph: Dependences;
  readonly #index = new Map<number, number>();
  readonly #low = new Map<number, number>();
  readonly #open: number[] = [];
  readonly #isOpen = new Set<number>();

  constructor(graph: Dependences) {
    this.#graph = graph;
    for (const vertex of graph.states) if (!this.#index.has(vertex)) this.#visit(vertex);
  }

  #enter(vertex: number): Frame {
    this.#index.set(vertex, this.#index.size);
    this.#low.set(vertex, this.#index.size - 1);
    this.#open.push(vertex);
    this.#isOpen.add(vertex);
    return { vertex, next: this.#graph.of(vertex), position: 0 };
  }

  #lower(vertex: number, value: number | undefined): void {
    this.#low.set(vertex, Math.min(this.#low.get(vertex) ?? 0, value ?? 0));
  }

  #visit(root: number): void {
    const stack = [this.#enter(root)];
    for (let frame = stack.at(-1); frame !== undefined; frame = stack.at(-1)) {
      const next = frame.next[frame.position];
      frame.position += 1;
      if (next === undefined) {
        stack.pop();
        const parent = stack.at(-1);
        if (parent !== undefined) this.#lower(parent.vertex, this.#low.get(frame.vertex));
        if (this.#low.get(frame.vertex) === this.#index.get(frame.vertex)) this.#close(frame);
      } else if (!this.#index.has(next)) stack.push(this.#enter(next));
      else if (this.#isOpen.has(next)) this.#lower(frame.vertex, this.#index.get(next));
    }
  }

  #close({ vertex, next }: Frame): void {
    const members = this.#open.splice(this.#open.lastIndexOf(vertex));
    for (const member of members) this.#isOpen.delete(member);
    if (members.length > 1 || next.includes(vertex)) {
      for (const member of members) {
        this.depth.set(member, 0);
        if (this.#graph.isState(member)) this.watched.add(member);
      }
      return;
    }
    const before = next.reduce((most, id) => Math.max(most, this.depth.get(id) ?? 0), 0);
    this.depth.set(vertex, before + (this.#graph.isState(vertex) ? 1 : 0));
  }
}

/** How to see that the states of `actions` no longer change while what they read from elsewhere does not. */
export function settlingOf(design: FlatDesign, actions: readonly Action[]): Settling {
  const circles = new Circles(new Dependences(design, actions));
  const { length } = design.nodes;
  let deepest = 0;
  for (const depth of circles.depth.values()) deepest = Math.max(deepest, depth);
  return {
    cycles: deepest + 2,
    watchedStates: new Set([...circles.watched].filter((vertex) => vertex < length)),
    watchedMemories: new Set([...circles.watched].flatMap((v) => (v < length ? [] : [v - length]))),
  };
}
