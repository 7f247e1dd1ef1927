import type { Attribute } from "../../core/attribute.ts";
import type { Operation } from "../../core/operation.ts";
import { i1, printType, sameType, type Type } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { printSymbol, quote } from "../literal.ts";
import type { UseName } from "../parse/scopes.ts";
import {
  type DialectSyntax,
  hasArgs,
  printImplicitName,
  printString,
  readImplicitName,
  regionOf,
  stringOf,
  terminatorSyntax,
  textOf,
} from "./common.ts";
import type { NamedArg, OpReader } from "./hook.ts";

/** The strings of an array attribute; nothing for another attribute. */
export function stringsOf(op: Operation, name: string): readonly string[] {
  const list = op.attribute(name);
  return list?.kind === "array"
    ? list.elements.flatMap((entry) => (entry.kind === "string" ? [entry.value] : []))
    : [];
}

function strings(values: readonly string[]): Attribute {
  return { kind: "array", elements: values.map(stringOf) };
}

function portName(name: string): string {
  return /^[A-Za-z_][\w$.]*$/u.test(name) ? name : quote(name);
}

function readPortName(reader: OpReader): string {
  return reader.atString() ? reader.string() : reader.word("a port name");
}

type Port =
  | { readonly kind: "in"; readonly name: string; readonly arg: NamedArg }
  | { readonly kind: "out"; readonly name: string; readonly type: Type };

function readPort(reader: OpReader): Port {
  const direction = reader.word("in or out");
  if (direction === "in") {
    const use = reader.use();
    const name = reader.atString() ? reader.string() : use.name;
    reader.expect(":");
    return { kind: "in", name, arg: { use, type: reader.type() } };
  }
  if (direction !== "out") return reader.fail("in or out");
  const name = readPortName(reader);
  reader.expect(":");
  return { kind: "out", name, type: reader.type() };
}

function fitsModule(op: Operation): boolean {
  const output = regionOf(op).block.last;
  return (
    hasArgs(op, stringsOf(op, "input_names").length) &&
    output?.name === "hw.output" &&
    output.operands.length === stringsOf(op, "output_names").length
  );
}

/** CIRCT's syntax. */
export const hwSyntax: DialectSyntax = {
  "hw.output": terminatorSyntax,
  "hw.module": {
    fits: fitsModule,
    print(op, writer) {
      const { args, last } = regionOf(op).block;
      const inputs = stringsOf(op, "input_names").map((name, index) => {
        const arg = at(args, index);
        const shown = writer.name(arg);
        return `in ${shown}${shown === `%${name}` ? "" : ` ${quote(name)}`} : ${printType(arg.type)}`;
      });
      const outputs = stringsOf(op, "output_names").map(
        (name, index) => `out ${portName(name)} : ${printType(at(last?.operands ?? [], index).type)}`,
      );
      const said = ["sym_name", "input_names", "output_names"];
      const head = printSymbol(textOf(op, "sym_name"));
      writer.write(` ${head}`);
      writer.listing([...inputs, ...outputs], head.length + 12);
      if (Object.keys(op.attributes).length > said.length) writer.write(" attributes");
      writer.attrDict(op.attributes, said);
      writer.write(" ");
      writer.region(regionOf(op), { headed: true });
    },
    parse(reader) {
      const name = reader.symbol();
      const ports = reader.parens(() => readPort(reader));
      const inputs = ports.filter((port) => port.kind === "in");
      const outputs = ports.filter((port) => port.kind === "out");
      const more = reader.accept("attributes") ? reader.attrDict() : {};
      const region = reader.region("hw.module", { args: inputs.map(({ arg }) => arg), implied: "hw.output" });
      reader.checkTypes(
        region.block.last?.operands ?? [],
        outputs.map(({ type }) => type),
      );
      const own = {
        sym_name: stringOf(name),
        input_names: strings(inputs.map((port) => port.name)),
        output_names: strings(outputs.map((port) => port.name)),
      };
      return { regions: [region], attributes: { ...own, ...more } };
    },
  },
  "hw.instance": {
    fits: (op) =>
      stringsOf(op, "argNames").length === op.operands.length &&
      stringsOf(op, "resultNames").length === op.results.length,
    print(op, writer) {
      const target = op.attribute("moduleName");
      const args = stringsOf(op, "argNames").map(
        (name, index) =>
          `${portName(name)}: ${writer.name(at(op.operands, index))}: ${printType(at(op.operands, index).type)}`,
      );
      const results = stringsOf(op, "resultNames").map(
        (name, index) => `${portName(name)}: ${printType(at(op.results, index).type)}`,
      );
      printString(op, "instanceName", writer);
      writer.write(
        ` ${printSymbol(target?.kind === "symbol" ? target.name : "")}(${args.join(", ")}) -> (${results.join(", ")})`,
      );
      writer.attrDict(op.attributes, ["instanceName", "moduleName", "argNames", "resultNames"]);
    },
    parse(reader) {
      const instanceName = stringOf(reader.string());
      const moduleName: Attribute = { kind: "symbol", name: reader.symbol() };
      const args = reader.parens(() => readConnection(reader));
      reader.expect("->");
      const results = reader.parens(() => {
        const name = readPortName(reader);
        reader.expect(":");
        return { name, type: reader.type() };
      });
      const argNames = strings(args.map(({ name }) => name));
      const resultNames = strings(results.map(({ name }) => name));
      return {
        operands: args.map(({ use, type }) => reader.resolve(use, type)),
        resultTypes: results.map(({ type }) => type),
        attributes: { instanceName, moduleName, argNames, resultNames, ...reader.attrDict() },
      };
    },
  },
  "hw.constant": {
    fits(op) {
      const value = op.attribute("value");
      return value?.kind === "int" && sameType(value.type, op.result.type);
    },
    print(op, writer) {
      writer.attrDict(op.attributes, ["value"]);
      writer.write(` ${constantText(op)}`);
    },
    parse(reader) {
      const attributes = reader.attrDict();
      const read = reader.attribute();
      if (read.kind !== "int" && read.kind !== "bool") return reader.fail("an integer");
      const { resultTypes, attributes: own } =
        read.kind === "bool" ? constantParts(read.value ? 1n : 0n, i1) : constantParts(read.value, read.type);
      return { resultTypes, attributes: { ...own, ...attributes } };
    },
  },
  "hw.wire": {
    print(op, writer) {
      writer.write(` ${writer.nameList(op.operands)}`);
      printImplicitName(op, writer);
      writer.write(` : ${printType(op.result.type)}`);
    },
    parse(reader) {
      const input = reader.use();
      const attributes = readImplicitName(reader);
      reader.expect(":");
      const type = reader.type();
      return { operands: [reader.resolve(input, type)], resultTypes: [type], attributes };
    },
  },
};

/** `a: %x: i8`. */
function readConnection(reader: OpReader): {
  readonly name: string;
  readonly use: UseName;
  readonly type: Type;
} {
  const name = readPortName(reader);
  reader.expect(":");
  const use = reader.use();
  reader.expect(":");
  return { name, use, type: reader.type() };
}

/** Signed, as CIRCT prints it. */
function constantText(op: Operation): string {
  const value = op.attribute("value");
  if (value?.kind !== "int" || value.type.kind !== "int") return "";
  const bits = BigInt.asIntN(value.type.width, value.value);
  return value.type.width === 1 ? String(bits !== 0n) : `${String(bits)} : ${printType(value.type)}`;
}

/** Constants are kept as unsigned numbers. */
function constantParts(
  value: bigint,
  type: Type,
): { readonly resultTypes: readonly Type[]; readonly attributes: { readonly value: Attribute } } {
  const bits = type.kind === "int" ? BigInt.asUintN(type.width, value) : value;
  return { resultTypes: [type], attributes: { value: { kind: "int", value: bits, type } } };
}
