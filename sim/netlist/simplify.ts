import { at, builtSpan, CompilerBug, fail, ok, present, type Result } from "../../ir/index.ts";
import { combinationalLoop } from "../diagnostics.ts";
import type { FlatDesign, FlatMemory, FlatNode, FlatOperation, NodeId } from "./flat.ts";
import { type NodeFactory, simplifyOperation } from "./rules.ts";

/** The combinational inputs of a node; none for state. */
export function combinationalOperands(node: FlatNode): readonly NodeId[] {
  if (node.kind === "operation") return node.operands;
  return node.kind === "read" && node.latency === 0 ? [node.address] : [];
}

/** What the next value of a state node depends on. */
function stateOperands(node: FlatNode): readonly NodeId[] {
  if (node.kind === "register") {
    return [
      node.next,
      ...(node.enable === undefined ? [] : [node.enable]),
      ...(node.reset === undefined ? [] : [node.reset.when, node.reset.value]),
    ];
  }
  return node.kind === "read" && node.latency === 1
    ? [node.address, ...(node.enable === undefined ? [] : [node.enable])]
    : [];
}

class LoopFound extends Error {}

/** Rebuilds the nodes that matter in topological order: constants folded, equal operations merged, dead ones left out. */
class Simplifier implements NodeFactory {
  readonly #old: FlatDesign;
  readonly #nodes: FlatNode[] = [];
  readonly #newByOld: (NodeId | undefined)[];
  readonly #open: Uint8Array;
  readonly #byKey = new Map<string, NodeId>();
  readonly #states: { readonly old: NodeId; readonly id: NodeId }[] = [];

  constructor(old: FlatDesign) {
    this.#old = old;
    this.#newByOld = new Array<NodeId | undefined>(old.nodes.length);
    this.#open = new Uint8Array(old.nodes.length);
  }

  run(): FlatDesign {
    const inputs = new Map([...this.#old.inputs].map(([name, id]) => [name, this.#get(id)]));
    const outputs = new Map([...this.#old.outputs].map(([name, id]) => [name, this.#get(id)]));
    const memories = this.#old.memories.map(
      (memory): FlatMemory => ({
        ...memory,
        writes: memory.writes
          .map((write) => ({
            enable: this.#get(write.enable),
            address: this.#get(write.address),
            data: this.#get(write.data),
            mask: write.mask === undefined ? undefined : this.#get(write.mask),
          }))
          .filter((write) => !this.#is(write.enable, 0n)),
      }),
    );
    const probes = this.#old.probes?.map((probe) => ({
      ...probe,
      node: probe.node === undefined ? undefined : this.#get(probe.node),
    }));
    for (let next = 0; next < this.#states.length; next += 1) this.#patch(at(this.#states, next));
    return {
      nodes: this.#nodes,
      memories,
      inputs,
      outputs,
      ...(probes === undefined ? {} : { probes }),
    };
  }

  node(id: NodeId): FlatNode {
    return at(this.#nodes, id);
  }

  constant(width: number, value: bigint): NodeId {
    return this.#unique(`c${String(width)}:${value.toString(36)}`, { kind: "constant", width, value });
  }

  operation(operation: FlatOperation): NodeId {
    const known = simplifyOperation(operation, this);
    if (known !== undefined) return known;
    const { operator, parameter, width, operands } = operation;
    return this.#unique(`${operator}${String(parameter)}:${String(width)}:${operands.join(",")}`, operation);
  }

  #is(id: NodeId, value: bigint): boolean {
    const node = this.node(id);
    return node.kind === "constant" && node.value === value;
  }

  #unique(key: string, node: FlatNode): NodeId {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const id = this.#nodes.push(node) - 1;
    this.#byKey.set(key, id);
    return id;
  }

  /** Post-order with an explicit stack: logic may be deeper than the call stack. */
  #get(root: NodeId): NodeId {
    const stack = [root];
    for (let id = stack[stack.length - 1]; id !== undefined; id = stack[stack.length - 1]) {
      if (this.#newByOld[id] !== undefined) {
        stack.pop();
        continue;
      }
      const waiting = combinationalOperands(at(this.#old.nodes, id)).filter(
        (operand) => this.#newByOld[operand] === undefined,
      );
      if (waiting.length === 0) {
        this.#newByOld[id] = this.#make(id);
        stack.pop();
        continue;
      }
      this.#open[id] = 1;
      for (const operand of waiting) {
        if (this.#open[operand] === 1) throw new LoopFound(`node ${String(operand)}`);
        stack.push(operand);
      }
    }
    return present(this.#newByOld[root], "simplified node");
  }

  #new(id: NodeId): NodeId {
    return present(this.#newByOld[id], "simplified operand");
  }

  #make(id: NodeId): NodeId {
    const node = at(this.#old.nodes, id);
    switch (node.kind) {
      case "constant":
        return this.constant(node.width, node.value);
      case "operation":
        return this.operation({ ...node, operands: node.operands.map((operand) => this.#new(operand)) });
      case "input":
        return this.#nodes.push(node) - 1;
      case "read":
      case "register":
        return this.#makePort(id, node);
    }
  }

  #makePort(id: NodeId, node: FlatNode): NodeId {
    if (node.kind === "read" && node.latency === 0) {
      const address = this.#new(node.address);
      return this.#unique(`r${String(node.memory)}:${String(address)}`, { ...node, address });
    }
    const made = this.#nodes.push(node) - 1;
    this.#states.push({ old: id, id: made });
    return made;
  }

  #patch({ old, id }: { readonly old: NodeId; readonly id: NodeId }): void {
    const node = at(this.#old.nodes, old);
    for (const operand of stateOperands(node)) this.#get(operand);
    if (node.kind === "register") {
      const reset =
        node.reset === undefined
          ? undefined
          : { when: this.#new(node.reset.when), value: this.#new(node.reset.value) };
      this.#nodes[id] = {
        ...node,
        next: this.#new(node.next),
        enable: this.#enable(node.enable),
        reset: reset !== undefined && this.#is(reset.when, 0n) ? undefined : reset,
      };
    } else if (node.kind === "read") {
      this.#nodes[id] = { ...node, address: this.#new(node.address), enable: this.#enable(node.enable) };
    } else throw new CompilerBug(`${node.kind} is not state`);
  }

  #enable(old: NodeId | undefined): NodeId | undefined {
    if (old === undefined) return undefined;
    const enable = this.#new(old);
    return this.#is(enable, 1n) ? undefined : enable;
  }
}

/**
 * Folds, merges and orders. In the result every operation stands after its operands; state may be read before the node
 * that computes its next value. A combinational loop is reported.
 */
export function simplify(design: FlatDesign, name: string): Result<FlatDesign> {
  try {
    return ok(new Simplifier(design).run());
  } catch (error) {
    if (error instanceof LoopFound) return fail(combinationalLoop(builtSpan(name), { at: error.message }));
    throw error;
  }
}
