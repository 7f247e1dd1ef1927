import type { Attribute, Attributes } from "../../core/attribute.ts";
import type { Operation, Value } from "../../core/operation.ts";
import { printType, sameType, type Type } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { printSymbol } from "../literal.ts";
import type { UseName } from "../parse/scopes.ts";
import { type DialectSyntax, i64Of, printString, regionOf, stringOf, textOf, wholeOf } from "./common.ts";
import type { NamedArg, OpReader, OpSyntax } from "./hook.ts";

/** What an element of a stream is made of: the fields of a bundle, nothing for a token, else one value. */
function elementTypes(stream: Type): readonly Type[] {
  if (stream.kind !== "stream") return [];
  const { element } = stream;
  if (element.kind === "bundle") return element.fields;
  return element.kind === "token" ? [] : [element];
}

function fitsElement(stream: Value, values: readonly Value[]): boolean {
  const types = elementTypes(stream.type);
  return (
    types.length === values.length && values.every((value, index) => sameType(value.type, at(types, index)))
  );
}

/** `dataflow.read %s`: the stream's type says what comes out. */
const takeSyntax: OpSyntax = {
  fits: (op) => fitsElement(at(op.operands, 0), op.results),
  print(op, writer) {
    writer.write(` ${writer.name(at(op.operands, 0))}`);
    writer.attrDict(op.attributes);
  },
  parse(reader) {
    const stream = reader.defined();
    if (stream.type.kind !== "stream") return reader.fail("a stream");
    return { operands: [stream], resultTypes: elementTypes(stream.type), attributes: reader.attrDict() };
  },
};

interface Connection {
  readonly outside: UseName;
  readonly arg: NamedArg | undefined;
}

/** `%inside = %outside : type`, or `%outside` alone where the body begins with its arguments. */
function readConnection(reader: OpReader): Connection {
  const first = reader.use();
  if (!reader.accept("=")) return { outside: first, arg: undefined };
  const outside = reader.use();
  reader.expect(":");
  return { outside, arg: { use: first, type: reader.type() } };
}

function fitsKernel(op: Operation): boolean {
  const { blocks } = regionOf(op);
  const args = blocks[0]?.args;
  return (
    args?.length === op.operands.length &&
    args.every((arg, index) => sameType(arg.type, at(op.operands, index).type))
  );
}

/** Kernels, what is in them, and the shell's burst engines. */
export const dataflowKernelSyntax: DialectSyntax = {
  "dataflow.kernel": {
    fits: fitsKernel,
    print(op, writer) {
      const head = printSymbol(textOf(op, "sym_name"));
      writer.write(` ${head}`);
      const { args } = regionOf(op).block;
      writer.listing(
        args.map(
          (arg, index) =>
            `${writer.name(arg)} = ${writer.name(at(op.operands, index))} : ${printType(arg.type)}`,
        ),
        head.length + 20,
      );
      if (Object.keys(op.attributes).length > 1) writer.write(" attributes");
      writer.attrDict(op.attributes, ["sym_name"]);
      writer.write(" ");
      writer.region(regionOf(op), { headed: true });
    },
    parse(reader) {
      const name = stringOf(reader.symbol());
      const connections = reader.parens(() => readConnection(reader));
      const more = reader.accept("attributes") ? reader.attrDict() : {};
      const args = connections.flatMap(({ arg }) => (arg === undefined ? [] : [arg]));
      const operands = connections.map(({ outside, arg }) => reader.resolve(outside, arg?.type));
      return {
        operands,
        attributes: { sym_name: name, ...more },
        regions: [reader.region("dataflow.kernel", { args })],
      };
    },
  },
  "dataflow.instance": {
    print(op, writer) {
      const callee = op.attribute("callee");
      const head = printSymbol(callee?.kind === "symbol" ? callee.name : "");
      writer.write(` ${head}`);
      writer.listing(
        op.operands.map((operand) => writer.name(operand)),
        head.length + 20,
      );
      writer.attrDict(op.attributes, ["callee"]);
    },
    parse(reader) {
      const callee: Attribute = { kind: "symbol", name: reader.symbol() };
      const operands = reader.parens(() => reader.defined());
      return { operands, attributes: { callee, ...reader.attrDict() } };
    },
  },
  "dataflow.command": takeSyntax,
  "dataflow.read": takeSyntax,
  "dataflow.done": {
    print: (op, writer) => {
      takeSyntax.print(op, writer);
    },
    parse: (reader) => ({ operands: [reader.defined()], attributes: reader.attrDict() }),
  },
  "dataflow.write": {
    fits: (op) => fitsElement(at(op.operands, 0), op.operands.slice(1)),
    print(op, writer) {
      writer.write(` ${writer.nameList(op.operands)}`);
      writer.attrDict(op.attributes);
    },
    parse(reader) {
      const stream = reader.defined();
      if (stream.type.kind !== "stream") return reader.fail("a stream");
      const uses = reader.accept(",") ? reader.uses() : [];
      const types = elementTypes(stream.type);
      if (uses.length !== types.length) return reader.fail(`${String(types.length)} values to write`);
      return { operands: [stream, ...reader.resolveAll(uses, types)], attributes: reader.attrDict() };
    },
  },
  "dataflow.burst_read": {
    fits: (op) => wholeOf(op, "max_burst") !== undefined,
    print(op, writer) {
      const [memory, requests, data] = op.operands.map((value) => writer.name(value));
      printString(op, "name", writer);
      writer.write(
        ` ${memory ?? ""}[${requests ?? ""}] to ${data ?? ""} max_burst ${String(wholeOf(op, "max_burst"))}`,
      );
      writer.attrDict(op.attributes, ["name", "max_burst"]);
    },
    parse(reader) {
      const name = stringOf(reader.string());
      const [memory, requests] = readTarget(reader);
      reader.expect("to");
      const data = reader.defined();
      return { operands: [memory, requests, data], attributes: burstAttributes(reader, name) };
    },
  },
  "dataflow.burst_write": {
    fits: (op) => wholeOf(op, "max_burst") !== undefined,
    print(op, writer) {
      const [memory, requests, data, done] = op.operands.map((value) => writer.name(value));
      printString(op, "name", writer);
      writer.write(
        ` ${data ?? ""} to ${memory ?? ""}[${requests ?? ""}] done ${done ?? ""} max_burst ${String(wholeOf(op, "max_burst"))}`,
      );
      writer.attrDict(op.attributes, ["name", "max_burst"]);
    },
    parse(reader) {
      const name = stringOf(reader.string());
      const data = reader.defined();
      reader.expect("to");
      const [memory, requests] = readTarget(reader);
      reader.expect("done");
      const done = reader.defined();
      return { operands: [memory, requests, data, done], attributes: burstAttributes(reader, name) };
    },
  },
};

/** `%memory[%requests]`. */
function readTarget(reader: OpReader): readonly [Value, Value] {
  const memory = reader.defined();
  reader.expect("[");
  const requests = reader.defined();
  reader.expect("]");
  return [memory, requests];
}

function burstAttributes(reader: OpReader, name: Attribute): Attributes {
  reader.expect("max_burst");
  return { name, max_burst: i64Of(reader.integer()), ...reader.attrDict() };
}
