import type { Attribute, Attributes } from "../../core/attribute.ts";
import type { Operation, Region } from "../../core/operation.ts";
import { i64, printType, type Type } from "../../core/type.ts";
import { present } from "../../support/bug.ts";
import { quote } from "../literal.ts";
import type { Writer } from "../print/writer.ts";
import type { NamedArg, OpReader, OpSyntax } from "./hook.ts";

/** Text forms of one dialect, by operation. */
export type DialectSyntax = Readonly<Record<string, OpSyntax>>;

/** An i64 attribute. */
export function i64Of(value: bigint | number): Attribute {
  return { kind: "int", value: BigInt(value), type: i64 };
}

/** A string attribute. */
export function stringOf(value: string): Attribute {
  return { kind: "string", value };
}

/** The text of a string attribute that the definition asks for. */
export function textOf(op: Operation, name: string): string {
  const attribute = op.attribute(name);
  return attribute?.kind === "string" ? attribute.value : "";
}

/** The value of an i64 attribute that the definition asks for; undefined for another type or none. */
export function wholeOf(op: Operation, name: string): bigint | undefined {
  const attribute = op.attribute(name);
  return attribute?.kind === "int" && printType(attribute.type) === "i64" ? attribute.value : undefined;
}

/** The region at `index`. */
export function regionOf(op: Operation, index = 0): Region {
  return present(op.regions[index], "region");
}

/** Whether every region has one block with so many arguments. */
export function hasArgs(op: Operation, count: number): boolean {
  return op.regions.every((region) => region.blocks.length === 1 && region.block.args.length === count);
}

/** `%name: type`. */
export function readArg(reader: OpReader): NamedArg {
  const use = reader.use();
  reader.expect(":");
  return { use, type: reader.type() };
}

/** ` -> (t, u)`, or nothing where there are no results. */
export function printResultTypes(types: readonly Type[], writer: Writer): void {
  if (types.length > 0) writer.write(` -> (${types.map(printType).join(", ")})`);
}

/** What `printResultTypes` wrote. */
export function readResultTypes(reader: OpReader): readonly Type[] {
  return reader.accept("->") ? reader.resultTypes() : [];
}

/** Ends a region: ` %a, %b : t, u`, or nothing. */
export const terminatorSyntax: OpSyntax = {
  print(op, writer) {
    writer.attrDict(op.attributes);
    if (op.operands.length > 0)
      writer.write(` ${writer.nameList(op.operands)} : ${writer.types(op.operands)}`);
  },
  parse(reader) {
    const attributes = reader.attrDict();
    const uses = reader.uses();
    if (uses.length === 0) return { attributes };
    reader.expect(":");
    return { attributes, operands: reader.resolveAll(uses, reader.types()) };
  },
};

/** The attribute dictionary of an operation whose `name` is its result's name unless it says otherwise. */
export function printImplicitName(op: Operation, writer: Writer, said: readonly string[] = []): void {
  const shown = writer.name(op.result).slice(1);
  const name = op.attribute("name");
  const numbered = /^\d+$/u.test(shown);
  const implied = name === undefined ? numbered : name.kind === "string" && name.value === shown;
  const attributes =
    name === undefined && !numbered ? { name: stringOf(""), ...op.attributes } : op.attributes;
  writer.attrDict(attributes, implied ? [...said, "name"] : said);
}

/** What `printImplicitName` wrote. */
export function readImplicitName(reader: OpReader): Attributes {
  const { name, ...others } = reader.attrDict();
  if (name?.kind === "string" && name.value === "") return others;
  if (name !== undefined) return { name, ...others };
  return reader.resultName === undefined ? others : { name: stringOf(reader.resultName), ...others };
}

/** ` "text"`. */
export function printString(op: Operation, name: string, writer: Writer): void {
  writer.write(` ${quote(textOf(op, name))}`);
}
