import { CompilerBug, ICMP_PREDICATES, type Operation, present, widthOf } from "../../../ir/index.ts";

const COMPARE: Readonly<Record<string, string>> = {
  eq: "===",
  ne: "!==",
  ult: "<",
  ule: "<=",
  ugt: ">",
  uge: ">=",
};

/** An integer attribute, 0 where it is absent. */
export function integerAttribute(op: Operation, name: string): bigint {
  const attribute = op.attribute(name);
  return attribute?.kind === "int" ? attribute.value : 0n;
}

/** A string or symbol attribute, empty where it is absent. */
export function textAttribute(op: Operation, name: string): string {
  const attribute = op.attribute(name);
  if (attribute?.kind === "string") return attribute.value;
  return attribute?.kind === "symbol" ? attribute.name : "";
}

type Writer = (args: readonly string[], op: Operation, width: number) => string;

const wrapping =
  (operator: string): Writer =>
  ([a = "", b = ""], _op, width) =>
    `BigInt.asUintN(${String(width)}, ${a} ${operator} ${b})`;
const plain =
  (operator: string): Writer =>
  ([a = "", b = ""]) =>
    `${a} ${operator} ${b}`;

const WRITERS: Readonly<Record<string, Writer>> = {
  "comb.add": wrapping("+"),
  "comb.sub": wrapping("-"),
  "comb.mul": wrapping("*"),
  "comb.shl": wrapping("<<"),
  "comb.and": plain("&"),
  "comb.or": plain("|"),
  "comb.xor": plain("^"),
  "comb.shru": plain(">>"),
  "comb.mux": ([a = "", b = "", c = ""]) => `${a} ? ${b} : ${c}`,
  "comb.extract": ([a = ""], op, width) =>
    `BigInt.asUintN(${String(width)}, ${a} >> ${String(integerAttribute(op, "lowBit"))}n)`,
  "comb.icmp": ([a = "", b = ""], op) => {
    const predicate = ICMP_PREDICATES[Number(integerAttribute(op, "predicate"))] ?? "";
    if (predicate === "sgt") {
      const width = widthOf(present(op.operands[0], "input"));
      return `BigInt.asIntN(${String(width)}, ${a}) > BigInt.asIntN(${String(width)}, ${b}) ? 1n : 0n`;
    }
    return `${a} ${present(COMPARE[predicate], `comparison ${predicate}`)} ${b} ? 1n : 0n`;
  },
  "comb.concat": (args, op) =>
    args.reduce(
      (text, arg, index) => `(${text} << ${String(widthOf(present(op.operands[index], "part")))}n | ${arg})`,
    ),
  "comb.replicate": ([a = ""], op, width) => {
    const from = widthOf(present(op.operands[0], "input"));
    const copies = Array.from({ length: width / from }, (_, index) => `(${a} << ${String(index * from)}n)`);
    return from === 1 ? `${a} ? ${String((1n << BigInt(width)) - 1n)}n : 0n` : copies.join(" | ");
  },
};

/** JavaScript over big integers for one combinational operation. */
export function combinational(op: Operation, args: readonly string[], width: number): string {
  const writer = WRITERS[op.name];
  if (writer === undefined) throw new CompilerBug(`the bench does not know ${op.name}`);
  return writer(args, op, width);
}
