import { at, type Operation, type Value } from "../ir/index.ts";
import { type Expressions, numberOf } from "./expressions.ts";
import { addressWidth, literal, range } from "./literals.ts";
import { textOf } from "./module-names.ts";
import { width } from "./net.ts";

/** A memory with the ports that are used. */
export interface MemoryParts {
  readonly op: Operation;
  readonly name: string;
  readonly depth: number;
  readonly bits: number;
  readonly latency: number;
  readonly reads: readonly Operation[];
  readonly writes: readonly Operation[];
}

/** Gathers a memory and its live ports. */
export function readMemory(op: Operation, name: string, live: ReadonlySet<Operation>): MemoryParts {
  const { type } = op.result;
  const users = op.result.uses.map((use) => use.user).filter((user) => live.has(user));
  const inOrder =
    op.parent === undefined ? users : op.parent.ops.filter((candidate) => users.includes(candidate));
  return {
    op,
    name,
    depth: type.kind === "firmem" ? type.depth : 1,
    bits: type.kind === "firmem" ? type.width : 1,
    latency: numberOf(op, "readLatency"),
    reads: inOrder.filter((user) => user.name === "seq.firmem.read_port"),
    writes: inOrder.filter((user) => user.name === "seq.firmem.write_port"),
  };
}

/** `reg` of the words, with the attribute that tells synthesis which memory to use. */
export function declareMemory({ op, name, depth, bits, latency, writes }: MemoryParts): string {
  const asked = textOf(op, "style") ?? (latency === 0 ? "distributed" : undefined);
  // A table that is read at once becomes logic; no RAM cell is meant, and Yosys refuses to look for one.
  const style = writes.length === 0 && asked === "distributed" ? undefined : asked;
  const attribute = style === undefined ? "" : `(* ram_style = "${style}" *) `;
  return `  ${attribute}reg ${range(bits)}${name} [0:${String(depth - 1)}];`;
}

/** An address with exactly the bits that the words need, and what is true where it is beyond them. */
function address(
  value: Value,
  depth: number,
  expressions: Expressions,
): { readonly text: string; readonly beyond: string | undefined } {
  const [have, need] = [width(value), addressWidth(depth)];
  const constant = expressions.constant(value);
  if (constant !== undefined)
    return {
      text: literal(BigInt.asUintN(need, constant), need),
      beyond: constant >> BigInt(need) === 0n ? undefined : "1'b1",
    };
  if (have === need) return { text: expressions.text(value), beyond: undefined };
  if (have < need)
    return { text: `{${literal(0n, need - have)}, ${expressions.text(value)}}`, beyond: undefined };
  return {
    text: expressions.slice(value, 0, need),
    beyond: `|${expressions.slice(value, need, have - need)}`,
  };
}

function word({ name, depth, bits }: MemoryParts, port: Operation, expressions: Expressions): string {
  const { text, beyond } = address(at(port.operands, 1), depth, expressions);
  return beyond === undefined ? `${name}[${text}]` : `(${beyond}) ? ${literal(0n, bits)} : ${name}[${text}]`;
}

/** Names of the registers inside read ports of latency 2. */
export type InnerNames = ReadonlyMap<Operation, string>;

/** Initial words, read ports and write ports. `clock` of a port is its third operand. */
export function writeMemory(
  memory: MemoryParts,
  expressions: Expressions,
  inner: InnerNames,
  counter: string,
): readonly string[] {
  return [
    ...writeInit(memory, counter),
    ...memory.reads.flatMap((port) => writeRead(memory, port, expressions, inner)),
    ...writeWrites(memory, expressions, counter),
  ];
}

function writeInit({ op, name, depth, bits }: MemoryParts, counter: string): readonly string[] {
  const init = op.attribute("init");
  if (init?.kind !== "dense") return [];
  const words = init.values.map(
    (value, index) =>
      `    ${name}[${String(index)}] = ${literal(BigInt.asUintN(bits, BigInt(value)), bits)};`,
  );
  const rest =
    init.values.length >= depth
      ? []
      : [
          `    for (${counter} = ${String(init.values.length)}; ${counter} < ${String(depth)}; ${counter} = ${counter} + 1) ${name}[${counter}] = ${literal(0n, bits)};`,
        ];
  return ["", "  initial begin", ...words, ...rest, "  end"];
}

function writeRead(
  memory: MemoryParts,
  port: Operation,
  expressions: Expressions,
  inner: InnerNames,
): readonly string[] {
  const data = expressions.target(port.result);
  const value = word(memory, port, expressions);
  if (memory.latency === 0) return ["", `  assign ${data} = ${value};`];
  const enable = port.operands[3];
  const condition =
    enable === undefined || expressions.constant(enable) === 1n ? "" : `if (${expressions.text(enable)}) `;
  const target = inner.get(port) ?? data;
  return [
    "",
    `  always @(posedge ${expressions.text(at(port.operands, 2))}) begin`,
    `    ${condition}${target} <= ${value};`,
    ...(target === data ? [] : [`    ${data} <= ${target};`]),
    "  end",
  ];
}

function writeWrites(memory: MemoryParts, expressions: Expressions, counter: string): readonly string[] {
  const first = memory.writes[0];
  if (first === undefined) return [];
  return [
    "",
    `  always @(posedge ${expressions.text(at(first.operands, 2))}) begin`,
    ...memory.writes.flatMap((port) => writeWrite(memory, port, expressions, counter)),
    "  end",
  ];
}

function writeWrite(
  { name, depth, bits }: MemoryParts,
  port: Operation,
  expressions: Expressions,
  counter: string,
): readonly string[] {
  const [, where, , enable, data] = port.operands;
  const mask = port.operands[5];
  if (where === undefined || enable === undefined || data === undefined) return [];
  const { text, beyond } = address(where, depth, expressions);
  const allowed = beyond === undefined ? "" : ` && !(${beyond})`;
  const enabled = beyond === undefined ? expressions.text(enable) : `(${expressions.text(enable)})${allowed}`;
  const target = `${name}[${text}]`;
  if (mask === undefined) return [`    if (${enabled}) ${target} <= ${expressions.text(data)};`];
  const parts = width(mask);
  if (parts === 1)
    return [`    if (${enabled} && ${expressions.text(mask)}) ${target} <= ${expressions.text(data)};`];
  const size = bits / parts;
  if (parts > 64 || expressions.constant(mask) !== undefined || expressions.constant(data) !== undefined) {
    return [
      `    if (${enabled}) begin`,
      ...Array.from(
        { length: parts },
        (_, part) =>
          `      if (${expressions.slice(mask, part, 1)}) ${target}[${String(part * size)} +: ${String(size)}] <= ${expressions.slice(data, part * size, size)};`,
      ),
      "    end",
    ];
  }
  const lane = `${counter} * ${String(size)} +: ${String(size)}`;
  return [
    `    if (${enabled}) begin`,
    `      for (${counter} = 0; ${counter} < ${String(parts)}; ${counter} = ${counter} + 1)`,
    `        if (${expressions.text(mask)}[${counter}]) ${target}[${lane}] <= ${expressions.text(data)}[${lane}];`,
    "    end",
  ];
}
