import { at, CompilerBug, present } from "../support/bug.ts";
import type { BitOps } from "./bit-ops.ts";

/** The operations that are more than wiring. */
export type LogicKind =
  | "add"
  | "sub"
  | "mul"
  | "and"
  | "or"
  | "xor"
  | "not"
  | "shl"
  | "shr"
  | "eq"
  | "ult"
  | "slt"
  | "mux";

/** One recorded operation; operands are indices of earlier nodes. */
export type BitNode = { readonly width: number; readonly operands: readonly number[] } & (
  | { readonly kind: "input" }
  | { readonly kind: "constant"; readonly value: bigint }
  | { readonly kind: "logic"; readonly operation: LogicKind }
  | { readonly kind: "extract"; readonly low: number }
  | { readonly kind: "concat" }
  | { readonly kind: "table"; readonly values: readonly bigint[] }
);

/** A recorded function: nodes in topological order, equal nodes shared, nothing unused. */
export interface BitGraph {
  readonly nodes: readonly BitNode[];
  readonly result: number;
}

/** Runs a function over the recording algebra. */
export function recordGraph(
  operandWidths: readonly number[],
  build: (o: BitOps<number>, ...args: number[]) => number,
): BitGraph {
  const recorder = new Recorder();
  const inputs = operandWidths.map((width, index) =>
    recorder.record({ kind: "input", width, operands: [] }, `input ${index}`),
  );
  const result = build(recordingBitOps(recorder), ...inputs);
  return withoutUnused(recorder.nodes, result);
}

/** What a recorded function costs, whatever the technology. */
export interface GraphCost {
  /** Operations beyond wiring (constants, extracts and concatenations are free); tables count. */
  readonly operations: number;
  /** Operations on the longest path. */
  readonly depth: number;
  readonly operationsByKind: Readonly<Record<string, number>>;
}

/** Counts operations and depth. */
export function measureGraph(graph: BitGraph): GraphCost {
  const operationsByKind: Record<string, number> = {};
  const depths: number[] = [];
  for (const node of graph.nodes) {
    const before = node.operands.reduce((most, operand) => Math.max(most, depths[operand] ?? 0), 0);
    const name = node.kind === "logic" ? node.operation : node.kind === "table" ? "table" : undefined;
    depths.push(before + (name === undefined ? 0 : 1));
    if (name !== undefined) operationsByKind[name] = (operationsByKind[name] ?? 0) + 1;
  }
  const operations = Object.values(operationsByKind).reduce((sum, count) => sum + count, 0);
  return { operations, depth: depths[graph.result] ?? 0, operationsByKind };
}

/** Nodes under construction; equal nodes are recorded once. */
class Recorder {
  readonly nodes: BitNode[] = [];
  private readonly known = new Map<string, number>();

  record(node: BitNode, key: string): number {
    const found = this.known.get(key);
    if (found !== undefined) return found;
    const index = this.nodes.push(node) - 1;
    this.known.set(key, index);
    return index;
  }

  logic(operation: LogicKind, width: number, ...operands: number[]): number {
    return this.record({ kind: "logic", operation, operands, width }, `${operation} ${operands.join(" ")}`);
  }

  width(v: number): number {
    return at(this.nodes, v).width;
  }

  sameWidth(a: number, b: number): number {
    const [left, right] = [this.width(a), this.width(b)];
    if (left !== right) throw new CompilerBug(`operands of ${left} and ${right} bits`);
    return left;
  }
}

type Binary = (a: number, b: number) => number;

function recordingBitOps(r: Recorder): BitOps<number> {
  const binary =
    (kind: LogicKind): Binary =>
    (a, b) =>
      r.logic(kind, r.sameWidth(a, b), a, b);
  const shift =
    (kind: LogicKind): Binary =>
    (a, amount) =>
      r.logic(kind, r.width(a), a, amount);
  const compare =
    (kind: LogicKind): Binary =>
    (a, b) => {
      r.sameWidth(a, b);
      return r.logic(kind, 1, a, b);
    };
  return {
    ...wiringOf(r),
    width: (v) => r.width(v),
    add: binary("add"),
    sub: binary("sub"),
    mul: binary("mul"),
    and: binary("and"),
    or: binary("or"),
    xor: binary("xor"),
    not: (a) => r.logic("not", r.width(a), a),
    shl: shift("shl"),
    shr: shift("shr"),
    eq: compare("eq"),
    ult: compare("ult"),
    slt: compare("slt"),
    mux: (condition, whenTrue, whenFalse) =>
      r.logic("mux", r.sameWidth(whenTrue, whenFalse), condition, whenTrue, whenFalse),
  };
}

function wiringOf(r: Recorder): Pick<BitOps<number>, "constant" | "extract" | "concat" | "table"> {
  return {
    constant: (given, width) => {
      const value = BigInt.asUintN(width, given);
      return r.record({ kind: "constant", value, width, operands: [] }, `constant ${value} ${width}`);
    },
    extract: (v, low, width) =>
      width === r.width(v)
        ? v
        : r.record({ kind: "extract", operands: [v], low, width }, `extract ${v} ${low} ${width}`),
    concat: (...operands) => {
      const width = operands.reduce((sum, v) => sum + r.width(v), 0);
      return r.record({ kind: "concat", operands, width }, `concat ${operands.join(" ")}`);
    },
    table: (values, width, index) =>
      r.record(
        { kind: "table", values, operands: [index], width },
        `table ${index} ${width} ${values.join(" ")}`,
      ),
  };
}

function withoutUnused(nodes: readonly BitNode[], result: number): BitGraph {
  const used = new Set([result]);
  for (let index = result; index >= 0; index--) {
    const node = nodes[index];
    if (node !== undefined && used.has(index)) for (const operand of node.operands) used.add(operand);
  }
  const kept: BitNode[] = [];
  const renamed = new Map<number, number>();
  nodes.forEach((node, index) => {
    if (node.kind !== "input" && !used.has(index)) return;
    const operands = node.operands.map((operand) => present(renamed.get(operand), "an operand"));
    renamed.set(index, kept.push({ ...node, operands }) - 1);
  });
  return { nodes: kept, result: present(renamed.get(result), "the result") };
}
