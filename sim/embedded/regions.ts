import { at } from "../../ir/index.ts";
import type { FlatDesign, FlatNode, NodeId } from "../netlist/flat.ts";
import { type Action, actionOperands, allActions, isState } from "./actions.ts";
import { instanceOfState, instancesToSplit, REGION_SIZES, type RegionSizes } from "./instances.ts";
import { type Settling, settlingOf } from "./settling.ts";

/**
 * A part of the design that is left out of a cycle in which it could not change: what it reads from elsewhere is what it
 * was, and its own state has come to rest.
 */
export interface Region {
  readonly actions: readonly Action[];
  readonly settling: Settling;
}

/** The design cut into regions and the rest, which is evaluated in every cycle before them. */
export interface RegionPlan {
  /** The design, in which a region reads values from elsewhere only through copies: registers behind the other nodes. */
  readonly design: FlatDesign;
  /** Actions of the rest, with those that fill the copies. */
  readonly outer: readonly Action[];
  readonly regions: readonly Region[];
  /** The region that a copy belongs to. */
  readonly regionByCopy: ReadonlyMap<NodeId, number>;
}

const OUTER = -1;
const UNUSED = -2;

/** Which region an action and a node belong to: a node used by one region only is a part of it. */
class Owners {
  readonly #design: FlatDesign;
  readonly #actions: readonly Action[];
  readonly #byNode: Int32Array;
  readonly #byMemory: Int32Array;
  readonly count: number;

  constructor(design: FlatDesign, sizes: RegionSizes) {
    this.#design = design;
    this.#actions = allActions(design);
    const numbers = new Map<string, number>();
    const instances = instancesToSplit(design, this.#actions, sizes);
    const numberOf = (path: string): number => {
      const name = instances.get(path);
      if (name === undefined) return OUTER;
      const known = numbers.get(name) ?? numbers.size;
      numbers.set(name, known);
      return known;
    };
    this.#byMemory = Int32Array.from(design.memories, (memory) => numberOf(instanceOfState(memory.path)));
    this.#byNode = new Int32Array(design.nodes.length).fill(UNUSED);
    design.nodes.forEach((node, id) => {
      if (node.kind === "register") this.#byNode[id] = numberOf(instanceOfState(node.path));
      else if (isState(node) && node.kind === "read") this.#byNode[id] = at(this.#byMemory, node.memory);
    });
    this.count = numbers.size;
    this.#spread();
  }

  get actions(): readonly Action[] {
    return this.#actions;
  }

  ofAction(action: Action): number {
    return action.kind === "state" ? this.ofNode(action.node) : at(this.#byMemory, action.memory);
  }

  ofNode(id: NodeId): number {
    return at(this.#byNode, id);
  }

  #spread(): void {
    const { nodes } = this.#design;
    for (const action of this.#actions)
      for (const operand of actionOperands(this.#design, action)) this.#use(operand, this.ofAction(action));
    for (let id = nodes.length - 1; id >= 0; id -= 1) {
      const node = at(nodes, id);
      if (this.ofNode(id) === UNUSED) continue;
      if (node.kind === "operation") for (const operand of node.operands) this.#use(operand, this.ofNode(id));
      else if (node.kind === "read" && !isState(node)) {
        this.#use(id, at(this.#byMemory, node.memory));
        this.#use(node.address, this.ofNode(id));
      }
    }
  }

  #use(id: NodeId, user: number): void {
    const node = at(this.#design.nodes, id);
    if (isState(node) || node.kind === "constant" || node.kind === "input") return;
    const owner = this.ofNode(id);
    this.#byNode[id] = owner === UNUSED || owner === user ? user : OUTER;
  }
}

/** Rewrites what regions read from elsewhere into reads of copies. */
class Cutter {
  readonly nodes: FlatNode[];
  readonly regionByCopy = new Map<NodeId, number>();
  readonly #design: FlatDesign;
  readonly #owners: Owners;
  readonly #copies = new Map<string, NodeId>();

  constructor(design: FlatDesign, owners: Owners) {
    this.#design = design;
    this.#owners = owners;
    this.nodes = [...design.nodes];
  }

  run(): FlatDesign {
    this.#design.nodes.forEach((node, id) => {
      const region = this.#owners.ofNode(id);
      if (region >= 0) this.nodes[id] = this.#rewrite(node, (operand) => this.#read(region, operand));
    });
    const memories = this.#design.memories.map((memory, index) => {
      const region = this.#owners.ofAction({ kind: "write", memory: index });
      if (region < 0) return memory;
      const read = (id: NodeId): NodeId => this.#read(region, id);
      const writes = memory.writes.map(({ enable, address, data, mask }) => ({
        enable: read(enable),
        address: read(address),
        data: read(data),
        mask: mask === undefined ? undefined : read(mask),
      }));
      return { ...memory, writes };
    });
    return { ...this.#design, nodes: this.nodes, memories };
  }

  #rewrite(node: FlatNode, read: (id: NodeId) => NodeId): FlatNode {
    const perhaps = (id: NodeId | undefined): NodeId | undefined => (id === undefined ? undefined : read(id));
    switch (node.kind) {
      case "operation":
        return { ...node, operands: node.operands.map(read) };
      case "read":
        return { ...node, address: read(node.address), enable: perhaps(node.enable) };
      case "register": {
        const reset =
          node.reset === undefined
            ? undefined
            : { when: read(node.reset.when), value: read(node.reset.value) };
        return { ...node, next: read(node.next), enable: perhaps(node.enable), reset };
      }
      case "constant":
      case "input":
        return node;
    }
  }

  #read(region: number, id: NodeId): NodeId {
    const node = at(this.#design.nodes, id);
    if (node.kind === "constant" || this.#owners.ofNode(id) === region) return id;
    const key = `${String(region)}:${String(id)}`;
    const known = this.#copies.get(key);
    if (known !== undefined) return known;
    const { width } = node;
    const copy =
      this.nodes.push({
        kind: "register",
        width,
        path: `copy.${key}`,
        next: id,
        enable: undefined,
        reset: undefined,
      }) - 1;
    this.#copies.set(key, copy);
    this.regionByCopy.set(copy, region);
    return copy;
  }
}

/** Cuts a design along its instances. */
export function cutIntoRegions(original: FlatDesign, sizes: RegionSizes = REGION_SIZES): RegionPlan {
  const owners = new Owners(original, sizes);
  const cutter = new Cutter(original, owners);
  const design = cutter.run();
  const copies = [...cutter.regionByCopy.keys()].map((node): Action => ({ kind: "state", node }));
  const inside: Action[][] = Array.from({ length: owners.count }, () => []);
  const outer: Action[] = [];
  for (const action of owners.actions) (inside[owners.ofAction(action)] ?? outer).push(action);
  return {
    design,
    outer: [...outer, ...copies],
    regions: inside.map((actions) => ({ actions, settling: settlingOf(design, actions) })),
    regionByCopy: cutter.regionByCopy,
  };
}
