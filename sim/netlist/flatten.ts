import type { NamedValue } from "../../backend-verilog/index.ts";
import { at, CompilerBug, type Operation, present, type Value } from "../../ir/index.ts";
import type { FlatDesign, FlatMemory, FlatNode, FlatOperator, FlatWrite, NodeId, Probe } from "./flat.ts";
import {
  bitsAttribute,
  initialWords,
  type ModulePlan,
  numberAttribute,
  planModule,
  textAttribute,
} from "./module-plan.ts";

const OPERATORS: ReadonlyMap<string, FlatOperator> = new Map(
  (
    [
      "add",
      "sub",
      "mul",
      "and",
      "or",
      "xor",
      "shl",
      "shru",
      "shrs",
      "icmp",
      "mux",
      "extract",
      "concat",
      "replicate",
    ] as const
  ).map((operator) => [`comb.${operator}`, operator]),
);

/** The names of the values of `module` that a waveform shows where the module stands at `path`; none by default. */
export type ProbeNames = (module: Operation, path: readonly string[]) => readonly NamedValue[];

interface OpenMemory {
  readonly path: string;
  readonly depth: number;
  readonly width: number;
  readonly init: readonly bigint[];
  readonly latency: number;
  readonly writes: FlatWrite[];
}

/** One use of a module: where its values start among all wires, and its instance path. */
interface Scope {
  readonly plan: ModulePlan;
  readonly base: number;
  readonly path: string;
}

/**
 * Copies every instance into one netlist. Wires are numbered first; aliases (ports, `hw.wire`) are followed at the end.
 * A read port of latency 2 becomes one of latency 1 and a register.
 */
class Flattener {
  readonly #plans = new Map<string, ModulePlan>();
  readonly #modules: ReadonlyMap<string, Operation>;
  readonly #aliases: (number | undefined)[] = [];
  readonly #nodes: (FlatNode | undefined)[] = [];
  readonly #memories: OpenMemory[] = [];
  readonly #memoryByWire = new Map<number, number>();
  readonly #names = new Map<string, number>();
  readonly #scopes: Scope[] = [];

  constructor(modules: ReadonlyMap<string, Operation>) {
    this.#modules = modules;
  }

  /** The signals that `names` asks for, with wires for nodes. */
  probes(names: ProbeNames): readonly Probe[] {
    return this.#scopes.flatMap(({ plan, base, path }) => {
      const scope = path === "" ? [] : path.split(".");
      return names(plan.module, scope).flatMap(([value, name]): readonly Probe[] => {
        const { type } = value;
        if (type.kind === "clock") return [{ scope, name, width: 1, node: undefined }];
        if (type.kind !== "int" || type.width === 0) return [];
        const local = present(plan.localByValue.get(value), "a named value");
        return [{ scope, name, width: type.width, node: this.#root(base + local) }];
      });
    });
  }

  run(top: string): FlatDesign {
    const plan = this.#plan(top);
    const scope = this.#open(plan, "");
    const inputs = new Map<string, NodeId>();
    plan.inputs.forEach((value, index) => {
      if (value.type.kind !== "int") return;
      const name = at(plan.inputNames, index);
      this.#nodes[scope.base + index] = { kind: "input", width: value.type.width, name };
      inputs.set(name, scope.base + index);
    });
    const pending: Scope[] = [scope];
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) this.#copy(next, pending);
    const outputs = new Map<string, NodeId>();
    plan.outputs.forEach((value, index) => {
      if (value.type.kind === "int") outputs.set(at(plan.outputNames, index), this.#wire(scope, value));
    });
    return this.#close(inputs, outputs);
  }

  #plan(name: string): ModulePlan {
    const known = this.#plans.get(name);
    if (known !== undefined) return known;
    const made = planModule(present(this.#modules.get(name), `module ${name}`));
    this.#plans.set(name, made);
    return made;
  }

  #open(plan: ModulePlan, path: string): Scope {
    const base = this.#aliases.length;
    for (let i = 0; i < plan.localByValue.size; i += 1) {
      this.#aliases.push(undefined);
      this.#nodes.push(undefined);
    }
    const scope = { plan, base, path };
    this.#scopes.push(scope);
    return scope;
  }

  #extra(node: FlatNode): number {
    this.#aliases.push(undefined);
    return this.#nodes.push(node) - 1;
  }

  #wire(scope: Scope, value: Value): number {
    const local = scope.plan.localByValue.get(value);
    if (local === undefined) throw new CompilerBug(`${scope.plan.name} uses a value of another module`);
    return scope.base + local;
  }

  #copy(scope: Scope, pending: Scope[]): void {
    for (const op of scope.plan.ops) if (op.name === "seq.firmem") this.#memory(scope, op);
    for (const op of scope.plan.ops) {
      if (op.name === "hw.instance") pending.push(this.#instance(scope, op));
      else if (op.name !== "seq.firmem") this.#op(scope, op);
    }
  }

  #path(scope: Scope, name: string): string {
    const path = scope.path === "" ? name : `${scope.path}.${name}`;
    const seen = this.#names.get(path) ?? 0;
    this.#names.set(path, seen + 1);
    return seen === 0 ? path : `${path}#${String(seen)}`;
  }

  #instance(scope: Scope, op: Operation): Scope {
    const target = op.attribute("moduleName");
    if (target?.kind !== "symbol") throw new CompilerBug("hw.instance without a module");
    const plan = this.#plan(target.name);
    const name = textAttribute(op, "instanceName") ?? target.name;
    const inner = this.#open(plan, scope.path === "" ? name : `${scope.path}.${name}`);
    op.operands.forEach((operand, index) => {
      this.#aliases[inner.base + index] = this.#wire(scope, operand);
    });
    op.results.forEach((result, index) => {
      this.#aliases[this.#wire(scope, result)] = this.#wire(inner, at(plan.outputs, index));
    });
    return inner;
  }

  #memory(scope: Scope, op: Operation): void {
    const { type } = op.result;
    if (type.kind !== "firmem") throw new CompilerBug("seq.firmem without a memory type");
    this.#memoryByWire.set(this.#wire(scope, op.result), this.#memories.length);
    this.#memories.push({
      path: this.#path(scope, textAttribute(op, "name") ?? op.result.hint ?? "mem"),
      depth: type.depth,
      width: type.width,
      init: initialWords(op, type.width),
      latency: numberAttribute(op, "readLatency"),
      writes: [],
    });
  }

  #op(scope: Scope, op: Operation): void {
    const operands = op.operands.map((operand) => this.#wire(scope, operand));
    switch (op.name) {
      case "hw.output":
        return;
      case "hw.wire":
        this.#aliases[this.#wire(scope, op.result)] = at(operands, 0);
        return;
      case "seq.firmem.write_port":
        this.#write(operands);
        return;
      default:
        this.#define(scope, op, operands);
    }
  }

  #write(operands: readonly number[]): void {
    const memory = this.#memoryOf(at(operands, 0));
    memory.writes.push({
      address: at(operands, 1),
      enable: at(operands, 3),
      data: at(operands, 4),
      mask: operands[5],
    });
  }

  #memoryOf(wire: number): OpenMemory {
    return at(this.#memories, present(this.#memoryByWire.get(wire), "memory of a port"));
  }

  #define(scope: Scope, op: Operation, operands: readonly number[]): void {
    const wire = this.#wire(scope, op.result);
    const { type } = op.result;
    if (type.kind !== "int") throw new CompilerBug(`${op.name} gives a ${type.kind}`);
    this.#nodes[wire] = this.#node(scope, op, type.width, operands);
  }

  #node(scope: Scope, op: Operation, width: number, operands: readonly number[]): FlatNode {
    switch (op.name) {
      case "hw.constant":
        return { kind: "constant", width, value: bitsAttribute(op.attribute("value"), width) };
      case "seq.compreg":
        return this.#register(scope, op, operands, undefined);
      case "seq.compreg.ce":
        return this.#register(
          scope,
          op,
          [at(operands, 0), at(operands, 1), ...operands.slice(3)],
          at(operands, 2),
        );
      case "seq.firmem.read_port":
        return this.#read(scope, op, width, operands);
      default: {
        const operator = OPERATORS.get(op.name);
        if (operator === undefined) throw new CompilerBug(`${op.name} cannot be simulated`);
        const parameter =
          operator === "icmp"
            ? numberAttribute(op, "predicate")
            : operator === "extract"
              ? numberAttribute(op, "lowBit")
              : 0;
        return { kind: "operation", width, operator, operands, parameter };
      }
    }
  }

  #register(scope: Scope, op: Operation, operands: readonly number[], enable: number | undefined): FlatNode {
    const [next, , when, value] = operands;
    const { type } = op.result;
    return {
      kind: "register",
      width: type.kind === "int" ? type.width : 1,
      path: this.#path(scope, textAttribute(op, "name") ?? op.result.hint ?? "reg"),
      next: present(next, "register input"),
      enable,
      reset: when === undefined || value === undefined ? undefined : { when, value },
    };
  }

  #read(scope: Scope, op: Operation, width: number, operands: readonly number[]): FlatNode {
    const memory = present(this.#memoryByWire.get(at(operands, 0)), "memory of a read port");
    const { latency } = at(this.#memories, memory);
    const path = this.#path(scope, op.result.hint ?? "read");
    const read: FlatNode = {
      kind: "read",
      width,
      memory,
      address: at(operands, 1),
      latency: latency === 0 ? 0 : 1,
      enable: latency === 0 ? undefined : operands[3],
      path,
    };
    if (latency < 2) return read;
    return { kind: "register", width, path, next: this.#extra(read), enable: undefined, reset: undefined };
  }

  #root(wire: number): NodeId {
    let root = wire;
    for (
      let steps = 0, next = this.#aliases[root];
      next !== undefined;
      next = this.#aliases[root], steps += 1
    ) {
      if (steps > this.#aliases.length) throw new CompilerBug("wires that only feed each other");
      root = next;
    }
    if (this.#aliases[wire] !== undefined) this.#aliases[wire] = root;
    return root;
  }

  #close(inputs: ReadonlyMap<string, NodeId>, outputs: ReadonlyMap<string, NodeId>): FlatDesign {
    const root = (wire: number): NodeId => this.#root(wire);
    const nodes = this.#nodes.map(
      (node): FlatNode =>
        node === undefined ? { kind: "constant", width: 1, value: 0n } : resolve(node, root),
    );
    const memories = this.#memories.map(
      ({ path, depth, width, init, writes }): FlatMemory => ({
        path,
        depth,
        width,
        init,
        writes: writes.map((write) => ({
          address: root(write.address),
          enable: root(write.enable),
          data: root(write.data),
          mask: write.mask === undefined ? undefined : root(write.mask),
        })),
      }),
    );
    return {
      nodes,
      memories,
      inputs,
      outputs: new Map([...outputs].map(([name, wire]) => [name, root(wire)])),
    };
  }
}

function resolve(node: FlatNode, root: (wire: number) => NodeId): FlatNode {
  switch (node.kind) {
    case "operation":
      return { ...node, operands: node.operands.map(root) };
    case "register":
      return {
        ...node,
        next: root(node.next),
        enable: node.enable === undefined ? undefined : root(node.enable),
        reset:
          node.reset === undefined
            ? undefined
            : { when: root(node.reset.when), value: root(node.reset.value) },
      };
    case "read":
      return {
        ...node,
        address: root(node.address),
        enable: node.enable === undefined ? undefined : root(node.enable),
      };
    case "constant":
    case "input":
      return node;
  }
}

/** Inlines the whole hierarchy below the module named `top`. Nodes that stand for clocks or aliases are unused constants. */
export function flatten(
  top: string,
  modules: ReadonlyMap<string, Operation>,
  names?: ProbeNames,
): FlatDesign {
  const flattener = new Flattener(modules);
  const design = flattener.run(top);
  return names === undefined ? design : { ...design, probes: flattener.probes(names) };
}
