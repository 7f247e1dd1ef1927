import {
  at,
  type BitGraph,
  type BitNode,
  CompilerBug,
  HwBuilder,
  type LogicKind,
  type Operation,
  present,
  unreachable,
  type Value,
} from "../../ir/index.ts";
import { Stages } from "../pipeline/stages.ts";
import type { StagePlan } from "./place-stages.ts";

/** The module of a placed graph: inputs `clk`, `a0`, `a1`, … and the output `y`; and its flip-flops. */
export function emitStages(
  name: string,
  graph: BitGraph,
  plan: StagePlan,
): { readonly module: Operation; readonly registerBits: number } {
  const widths = graph.nodes.filter(({ kind }) => kind === "input").map(({ width }) => width);
  const b = new HwBuilder(name, [
    { name: "clk", width: "clock" },
    ...widths.map((width, index) => ({ name: `a${String(index)}`, width })),
  ]);
  return new Emitter(b, graph, plan).emit();
}

class Emitter {
  readonly #b: HwBuilder;
  readonly #graph: BitGraph;
  readonly #plan: StagePlan;
  readonly #stages: Stages<number>;
  /** The last cycle in which a node itself is wanted, extracts aside. */
  readonly #lastUse: number[];
  readonly #wires = new Map<string, Value>();
  #inputs = 0;

  constructor(b: HwBuilder, graph: BitGraph, plan: StagePlan) {
    this.#b = b;
    this.#graph = graph;
    this.#plan = plan;
    this.#stages = new Stages(b);
    this.#lastUse = lastUses(graph, plan);
  }

  emit(): { readonly module: Operation; readonly registerBits: number } {
    this.#graph.nodes.forEach((node, index) => {
      this.#define(node, index);
    });
    const { result } = this.#graph;
    this.#b.output("y", this.#at(result, at(this.#plan.ready, result)));
    return { module: this.#b.finish(), registerBits: this.#stages.registerBits };
  }

  #define(node: BitNode, index: number): void {
    const [start, ready] = [at(this.#plan.start, index), at(this.#plan.ready, index)];
    switch (node.kind) {
      case "constant":
        this.#stages.constant(index, this.#b.constant(node.value, node.width));
        return;
      case "input":
        this.#stages.define(index, this.#b.input(`a${String(this.#inputs++)}`), 0);
        return;
      case "concat":
        return;
      case "extract":
        this.#stages.define(
          index,
          this.#b.extract(this.#at(at(node.operands, 0), ready), node.low, node.width),
          ready,
        );
        return;
      case "table":
      case "logic": {
        const operands = node.operands.map((operand) => this.#at(operand, start));
        this.#stages.define(
          index,
          this.#stages.around(operands, ready - start, (inputs) => combine(this.#b, node, inputs)),
          ready,
        );
        return;
      }
      default:
        unreachable(node);
    }
  }

  /** The node's value in a cycle. Wires are made anew from what is there, so that no bit waits twice. */
  #at(index: number, cycle: number): Value {
    const node = at(this.#graph.nodes, index);
    const source = node.operands[0];
    if (node.kind === "concat")
      return this.#wire(index, cycle, () =>
        this.#b.concat(...node.operands.map((operand) => this.#at(operand, cycle))),
      );
    if (node.kind === "extract" && source !== undefined && at(this.#lastUse, source) >= cycle) {
      return this.#wire(index, cycle, () => this.#b.extract(this.#at(source, cycle), node.low, node.width));
    }
    return this.#stages.at(index, cycle);
  }

  #wire(index: number, cycle: number, make: () => Value): Value {
    const key = `${String(index)}@${String(cycle)}`;
    const value = this.#wires.get(key) ?? make();
    this.#wires.set(key, value);
    return value;
  }
}

function lastUses(graph: BitGraph, plan: StagePlan): number[] {
  const last = graph.nodes.map(() => 0);
  const visit = (index: number, cycle: number): void => {
    const node = at(graph.nodes, index);
    if (node.kind === "concat") for (const operand of node.operands) visit(operand, cycle);
    else last[index] = Math.max(at(last, index), cycle);
  };
  graph.nodes.forEach((node, index) => {
    if (node.kind === "logic" || node.kind === "table")
      for (const operand of node.operands) visit(operand, at(plan.start, index));
  });
  visit(graph.result, at(plan.ready, graph.result));
  return last;
}

function combine(b: HwBuilder, node: BitNode, operands: readonly Value[]): Value {
  const first = present(operands[0], "an operand");
  const second = operands[1] ?? first;
  switch (node.kind) {
    case "extract":
      return b.extract(first, node.low, node.width);
    case "concat":
      return b.concat(...operands);
    case "table": {
      const memory = b.memory({
        name: "table",
        depth: node.values.length,
        width: node.width,
        readLatency: 0,
        init: node.values,
        style: "distributed",
      });
      return b.readPort(memory, first);
    }
    case "logic":
      return logic(b, node.operation, [first, second, operands[2] ?? first]);
    case "input":
    case "constant":
      throw new CompilerBug("a leaf has no operands");
    default:
      return unreachable(node);
  }
}

function logic(b: HwBuilder, operation: LogicKind, [x, y, z]: readonly [Value, Value, Value]): Value {
  switch (operation) {
    case "add":
      return b.add(x, y);
    case "sub":
      return b.sub(x, y);
    case "mul":
      return b.mul(x, y);
    case "and":
      return b.and(x, y);
    case "or":
      return b.or(x, y);
    case "xor":
      return b.xor(x, y);
    case "not":
      return b.not(x);
    case "shl":
      return b.shl(x, fitAmount(b, x, y));
    case "shr":
      return b.shru(x, fitAmount(b, x, y));
    case "eq":
      return b.icmp("eq", x, y);
    case "ult":
      return b.icmp("ult", x, y);
    case "slt":
      return b.icmp("slt", x, y);
    case "mux":
      return b.mux(x, y, z);
    default:
      return unreachable(operation);
  }
}

/** A shift amount in the width of the value; amounts that do not fit stand as all ones, which shift everything out. */
function fitAmount(b: HwBuilder, value: Value, amount: Value): Value {
  const [width, from] = [bits(value), bits(amount)];
  if (from <= width) return b.resize(amount, width);
  const above = b.icmp("ne", b.extract(amount, width, from - width), b.constant(0, from - width));
  return b.or(b.resize(amount, width), b.replicate(above, width));
}

function bits(value: Value): number {
  if (value.type.kind !== "int") throw new CompilerBug("a value without width");
  return value.type.width;
}
