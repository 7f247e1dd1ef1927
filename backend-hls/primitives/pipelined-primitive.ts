import { FLOAT_PRIMITIVES, HwBuilder, at, present, recordGraph, scalarWidth, unreachable, CompilerBug, type BitGraph, type BitNode, type FloatPrimitive, type FloatPrimitiveName, type LogicKind, type Operation, type Value } from "../../ir/index.ts";
import { characterize } from "../library/characterize.ts";
import { NO_AREA, type Area, type Characteristics, type Operator } from "../library/operator.ts";
import type { OperatorLibrary } from "../library/operator-library.ts";
import type { OperatorType, Problem } from "../problem/problem.ts";
import type { Schedule } from "../problem/schedule.ts";
import { scheduleAsap } from "../solvers/asap.ts";
import { Stages } from "../pipeline/stages.ts";

/** A float operation cut into stages for one family and clock: a module with inputs `clk`, `a0`, `a1`, … and the output `y`. */
export interface PipelinedPrimitive {
  readonly name: FloatPrimitiveName;
  readonly characteristics: Characteristics;
  readonly module: Operation;
}

const made = new WeakMap<OperatorLibrary, Map<FloatPrimitiveName, PipelinedPrimitive>>();

/** The primitive at the library's clock: its definition (ir/numerics) scheduled as soon as possible with chaining; one start per cycle. */
export function pipelinedPrimitive(library: OperatorLibrary, name: FloatPrimitiveName): PipelinedPrimitive {
  const known = made.get(library) ?? new Map<FloatPrimitiveName, PipelinedPrimitive>();
  made.set(library, known);
  const found = known.get(name);
  if (found !== undefined) return found;
  const primitive = pipelinePrimitive(library, name);
  known.set(name, primitive);
  return primitive;
}

function pipelinePrimitive(library: OperatorLibrary, name: FloatPrimitiveName): PipelinedPrimitive {
  const definition: FloatPrimitive = FLOAT_PRIMITIVES[name];
  const widths = definition.operands.map(scalarWidth);
  const graph = recordGraph(widths, definition.build);
  const timing = graph.nodes.map((node) => timingOf(library, graph, node));
  const problem = problemOf(library, graph, timing);
  const schedule = scheduleAsap(problem);
  if (schedule.kind !== "schedule") throw new CompilerBug(`primitive ${name}: ${schedule.message}`);
  const result = at(timing, graph.result);
  const latencyCycles = at(schedule.start, graph.result) + result.latencyCycles;
  const endPs = (result.latencyCycles > 0 ? 0 : at(schedule.startPs, graph.result)) + result.outputDelayPs;
  const area = timing.reduce<Area>((sum, { area: own }) => ({ lut: sum.lut + own.lut, ff: sum.ff + own.ff, dsp: sum.dsp + own.dsp, carry: sum.carry + own.carry }), NO_AREA);
  const { module, registers } = emit(`${name}_f32_l${String(latencyCycles)}`, widths, graph, timing, schedule);
  return {
    name, module,
    characteristics: { latencyCycles, inputDelayPs: latencyCycles === 0 ? 0 : firstStagePs(timing, schedule), outputDelayPs: endPs, area: { ...area, ff: area.ff + registers } },
  };
}

/** The longest chain of the first stage: what an operand's arrival must leave of the period. */
function firstStagePs(timing: readonly Characteristics[], schedule: Schedule): number {
  return timing.reduce((most, { latencyCycles, inputDelayPs, outputDelayPs }, index) => {
    if (schedule.start[index] !== 0) return most;
    return Math.max(most, at(schedule.startPs, index) + (latencyCycles === 0 ? outputDelayPs : inputDelayPs));
  }, 0);
}

function timingOf(library: OperatorLibrary, graph: BitGraph, node: BitNode): Characteristics {
  const operator = operatorOf(graph, node);
  return characterize(library, operator);
}

function operatorOf(graph: BitGraph, node: BitNode): Operator {
  switch (node.kind) {
    case "input": case "constant": case "extract": case "concat": return { kind: "wire" };
    case "table": return { kind: "rom", style: "distributed", depth: node.values.length, width: node.width };
    case "logic": return logicOperator(graph, node.operation, node);
    default: return unreachable(node);
  }
}

function logicOperator(graph: BitGraph, operation: LogicKind, node: BitNode): Operator {
  const operandWidth = at(graph.nodes, at(node.operands, 0)).width;
  switch (operation) {
    case "add": case "sub": case "and": case "or": case "xor": case "not": return { kind: operation, width: node.width };
    case "mul": {
      const [left, right] = node.operands.map((operand) => significantBits(graph, operand));
      return { kind: "mul", leftBits: (left ?? node.width) + 1, rightBits: (right ?? node.width) + 1 };
    }
    case "shl": case "shr": return { kind: "shift", width: node.width };
    case "eq": return { kind: "eq", width: operandWidth };
    case "ult": case "slt": return { kind: "lt", width: operandWidth };
    case "mux": return { kind: "mux", width: node.width };
    default: return unreachable(operation);
  }
}

/** Bits of a value below the zeros that a concatenation put above it. */
function significantBits(graph: BitGraph, index: number): number {
  const node = at(graph.nodes, index);
  if (node.kind === "concat") {
    const [top, ...rest] = node.operands.map((operand) => at(graph.nodes, operand));
    if (top?.kind === "constant" && top.value === 0n) return rest.reduce((sum, { width }) => sum + width, 0);
  }
  if (node.kind === "constant") return Math.max(1, node.value.toString(2).length);
  return node.width;
}

function problemOf(library: OperatorLibrary, graph: BitGraph, timing: readonly Characteristics[]): Problem {
  const types = new Map<string, OperatorType>();
  const operations = graph.nodes.map((node, id) => {
    const { latencyCycles, inputDelayPs, outputDelayPs } = at(timing, id);
    const type = `t${String(latencyCycles)}_${String(inputDelayPs)}_${String(outputDelayPs)}`;
    types.set(type, { name: type, latencyCycles, inputDelayPs, outputDelayPs });
    return { id, name: `n${String(id)}`, type, resultBits: node.kind === "constant" ? 0 : node.width };
  });
  const dependences = graph.nodes.flatMap((node, to) => node.operands.map((from) => ({ kind: "data" as const, from, to, distance: 0 })));
  return { operations, types: [...types.values()], resources: [], dependences, periodPs: library.usablePeriodPs };
}

function emit(name: string, widths: readonly number[], graph: BitGraph, timing: readonly Characteristics[], schedule: Schedule): { readonly module: Operation; readonly registers: number } {
  const b = new HwBuilder(name, [{ name: "clk", width: "clock" }, ...widths.map((width, index) => ({ name: `a${String(index)}`, width }))]);
  const stages = new Stages<number>(b);
  let input = 0;
  graph.nodes.forEach((node, index) => {
    const start = at(schedule.start, index);
    if (node.kind === "constant") { stages.constant(index, b.constant(node.value, node.width)); return; }
    if (node.kind === "input") { stages.define(index, b.input(`a${String(input++)}`), 0); return; }
    const operands = node.operands.map((operand) => stages.at(operand, start));
    const { latencyCycles } = at(timing, index);
    stages.define(index, stages.pipelined(combine(b, name, node, operands), latencyCycles), start + latencyCycles);
  });
  const { latencyCycles } = at(timing, graph.result);
  b.output("y", stages.at(graph.result, at(schedule.start, graph.result) + latencyCycles));
  return { module: b.finish(), registers: stages.registerBits };
}

function combine(b: HwBuilder, name: string, node: BitNode, operands: readonly Value[]): Value {
  const first = present(operands[0], `an operand in ${name}`);
  const second = operands[1] ?? first;
  switch (node.kind) {
    case "extract": return b.extract(first, node.low, node.width);
    case "concat": return b.concat(...operands);
    case "table": {
      const memory = b.memory({ name: "table", depth: node.values.length, width: node.width, readLatency: 0, init: node.values, style: "distributed" });
      return b.readPort(memory, first);
    }
    case "logic": return logic(b, node.operation, [first, second, operands[2] ?? first]);
    case "input": case "constant": throw new CompilerBug("a leaf has no operands");
    default: return unreachable(node);
  }
}

function logic(b: HwBuilder, operation: LogicKind, [x, y, z]: readonly [Value, Value, Value]): Value {
  switch (operation) {
    case "add": return b.add(x, y);
    case "sub": return b.sub(x, y);
    case "mul": return b.mul(x, y);
    case "and": return b.and(x, y);
    case "or": return b.or(x, y);
    case "xor": return b.xor(x, y);
    case "not": return b.not(x);
    case "shl": return b.shl(x, fitAmount(b, x, y));
    case "shr": return b.shru(x, fitAmount(b, x, y));
    case "eq": return b.icmp("eq", x, y);
    case "ult": return b.icmp("ult", x, y);
    case "slt": return b.icmp("slt", x, y);
    case "mux": return b.mux(x, y, z);
    default: return unreachable(operation);
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
