import { at, CompilerBug, foldBinary, foldCompare, type IcmpPredicate, unreachable } from "../../ir/index.ts";
import { signedValue } from "../kernel/fold.ts";
import type { BinaryOperator, KernelGraph, KernelNode, NodeId } from "../kernel/node.ts";

/** Says for an iteration which guards hold: bit `k` for guard `k`. `fields` are the command's bits. */
export type Guards = (counters: readonly number[], fields: readonly bigint[]) => number;

/** Compiles at most 31 one-bit nodes that depend on counters and fields alone. */
export function compileGuards(graph: KernelGraph, guards: readonly NodeId[]): Guards {
  if (guards.length === 0) return () => 0;
  if (guards.length > 31) throw new CompilerBug(`kernel ${graph.name} has ${String(guards.length)} guards`);
  const cone = coneOf(graph, guards);
  const narrow = cone.every(
    (node) => node.width <= 32 && node.args.every((arg) => at(graph.nodes, arg).width <= 32),
  );
  return narrow
    ? compileNarrow(graph, cone, guards)
    : (counters, fields) => evaluateWide(cone, guards, counters, fields);
}

function coneOf(graph: KernelGraph, guards: readonly NodeId[]): readonly KernelNode[] {
  const seen = new Set<NodeId>();
  const visit = (id: NodeId): void => {
    if (seen.has(id)) return;
    seen.add(id);
    at(graph.nodes, id).args.forEach(visit);
  };
  guards.forEach(visit);
  return [...seen].sort((a, b) => a - b).map((id) => at(graph.nodes, id));
}

// ---- nodes of at most 32 bits, as unsigned numbers
function compileNarrow(graph: KernelGraph, cone: readonly KernelNode[], guards: readonly NodeId[]): Guards {
  const lines = cone.map((node) => `const n${String(node.id)} = ${narrowText(graph, node)};`);
  const bits = guards.map((id, index) => `(n${String(id)} << ${String(index)})`).join(" | ");
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- the text is made of numbers by this file alone
  return new Function("C", "F", [...lines, `return ${bits};`].join("\n")) as Guards; // Function() is untyped
}

function cut(text: string, width: number): string {
  return width === 32 ? `((${text}) >>> 0)` : `((${text}) & ${String(2 ** width - 1)})`;
}

function signedText(name: string, width: number): string {
  return width === 32 ? `(${name} | 0)` : `(${name} << ${String(32 - width)} >> ${String(32 - width)})`;
}

function narrowText(graph: KernelGraph, node: KernelNode): string {
  const { op, width } = node;
  const name = (index: number): string => `n${String(at(node.args, index))}`;
  const widthOf = (index: number): number => at(graph.nodes, at(node.args, index)).width;
  const signed = (index: number): string => signedText(name(index), widthOf(index));
  switch (op.kind) {
    case "constant":
      return String(op.value);
    case "counter":
      return cut(`C[${String(op.loop)}]`, width);
    case "field":
      return `Number(F[${String(op.index)}])`;
    case "binary":
      return op.operator === "mul"
        ? cut(`Math.imul(${signed(0)}, ${signed(1)})`, width)
        : binaryText(op.operator, [name(0), name(1)], width);
    case "compare":
      return compareText(op.predicate, [name(0), name(1)], [signed(0), signed(1)]);
    case "select":
      return `(${name(0)} ? ${name(1)} : ${name(2)})`;
    case "extend":
      return cut(signed(0), width);
    case "slice":
      return cut(`${name(0)} >>> ${String(op.low)}`, width);
    case "join":
      return joinText(
        node.args.map((arg) => ({ name: `n${String(arg)}`, width: at(graph.nodes, arg).width })),
      );
    case "float":
    case "load":
    case "store":
    case "read":
    case "write":
    case "done":
      throw new CompilerBug(`a guard of kernel ${graph.name} depends on data`);
    default:
      return unreachable(op);
  }
}

function joinText(parts: readonly { readonly name: string; readonly width: number }[]): string {
  let low = 0;
  const terms = parts.map(({ name, width }) => {
    const term = `(${name} << ${String(low)})`;
    low += width;
    return term;
  });
  return `((${terms.join(" | ")}) >>> 0)`;
}

function binaryText(
  operator: Exclude<BinaryOperator, "mul">,
  [a, b]: readonly [string, string],
  width: number,
): string {
  switch (operator) {
    case "add":
      return cut(`${a} + ${b}`, width);
    case "sub":
      return cut(`${a} - ${b}`, width);
    case "and":
      return cut(`${a} & ${b}`, width);
    case "or":
      return cut(`${a} | ${b}`, width);
    case "xor":
      return cut(`${a} ^ ${b}`, width);
    case "shl":
      return `(${b} >= ${String(width)} ? 0 : ${cut(`${a} << ${b}`, width)})`;
    case "shru":
      return `(${b} >= ${String(width)} ? 0 : ${a} >>> ${b})`;
    case "shrs":
      return cut(`${signedText(a, width)} >> Math.min(${b}, 31)`, width);
    default:
      return unreachable(operator);
  }
}

function compareText(
  predicate: IcmpPredicate,
  [a, b]: readonly [string, string],
  [x, y]: readonly [string, string],
): string {
  const symbol = {
    eq: "===",
    ne: "!==",
    slt: "<",
    sle: "<=",
    sgt: ">",
    sge: ">=",
    ult: "<",
    ule: "<=",
    ugt: ">",
    uge: ">=",
  }[predicate];
  return predicate.startsWith("s") ? `(${x} ${symbol} ${y} ? 1 : 0)` : `(${a} ${symbol} ${b} ? 1 : 0)`;
}

// ---- nodes of any width, slowly
function evaluateWide(
  cone: readonly KernelNode[],
  guards: readonly NodeId[],
  counters: readonly number[],
  fields: readonly bigint[],
): number {
  const values = new Map<NodeId, { readonly bits: bigint; readonly width: number }>();
  const get = (id: NodeId): { readonly bits: bigint; readonly width: number } =>
    values.get(id) ?? { bits: 0n, width: 1 };
  for (const node of cone) {
    const args = node.args.map(get);
    values.set(node.id, {
      bits: BigInt.asUintN(node.width, wideValue(node, args, { counters, fields })),
      width: node.width,
    });
  }
  return guards.reduce((bits, id, index) => bits | (Number(get(id).bits) << index), 0);
}

function wideValue(
  { op, width }: KernelNode,
  args: readonly { readonly bits: bigint; readonly width: number }[],
  { counters, fields }: { readonly counters: readonly number[]; readonly fields: readonly bigint[] },
): bigint {
  const [a, b, c] = args;
  const bits = (value: typeof a): bigint => value?.bits ?? 0n;
  const signed = (value: typeof a): bigint => signedValue(bits(value), value?.width ?? 1);
  switch (op.kind) {
    case "constant":
      return op.value;
    case "counter":
      return BigInt(at(counters, op.loop));
    case "field":
      return at(fields, op.index);
    case "binary":
      return op.operator === "mul" ? signed(a) * signed(b) : foldBinary(op.operator, bits(a), bits(b), width);
    case "compare":
      return foldCompare(op.predicate, bits(a), bits(b), a?.width ?? 1) ? 1n : 0n;
    case "select":
      return bits(a) === 1n ? bits(b) : bits(c);
    case "extend":
      return signed(a);
    case "slice":
      return bits(a) >> BigInt(op.low);
    case "join":
      return args.reduceRight((value, part) => (value << BigInt(part.width)) | part.bits, 0n);
    case "float":
    case "load":
    case "store":
    case "read":
    case "write":
    case "done":
      throw new CompilerBug("a guard depends on data");
    default:
      return unreachable(op);
  }
}
