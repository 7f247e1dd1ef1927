import { printType } from "../../core/type.ts";
import { printSymbol } from "../literal.ts";
import {
  type DialectSyntax,
  hasArgs,
  i64Of,
  printResultTypes,
  printString,
  readArg,
  readResultTypes,
  regionOf,
  stringOf,
  terminatorSyntax,
  textOf,
  wholeOf,
} from "./common.ts";
import { dataflowKernelSyntax } from "./dataflow-kernel.ts";

/** Levels 2 and 3. Types stand where values are made; streams and memories that are used say theirs themselves. */
export const dataflowSyntax: DialectSyntax = {
  ...dataflowKernelSyntax,
  "dataflow.yield": terminatorSyntax,
  "dataflow.dispatch": {
    fits: (op) => hasArgs(op, 0) && op.operands.length === 0,
    print(op, writer) {
      printResultTypes(
        op.results.map(({ type }) => type),
        writer,
      );
      writer.write(" ");
      writer.region(regionOf(op), { headed: true });
      writer.attrDict(op.attributes);
    },
    parse(reader) {
      const resultTypes = readResultTypes(reader);
      return { resultTypes, regions: [reader.region("dataflow.dispatch")], attributes: reader.attrDict() };
    },
  },
  "dataflow.task": {
    fits: (op) => hasArgs(op, 0) && op.operands.length === 0,
    print(op, writer) {
      if (op.attribute("name") !== undefined) printString(op, "name", writer);
      printResultTypes(
        op.results.map(({ type }) => type),
        writer,
      );
      writer.write(" ");
      writer.region(regionOf(op), { headed: true });
      writer.attrDict(op.attributes, ["name"]);
    },
    parse(reader) {
      const name = reader.atString() ? { name: stringOf(reader.string()) } : {};
      const resultTypes = readResultTypes(reader);
      return {
        resultTypes,
        regions: [reader.region("dataflow.task")],
        attributes: { ...name, ...reader.attrDict() },
      };
    },
  },
  "dataflow.schedule": {
    fits: (op) => regionOf(op).blocks.length === 1,
    print(op, writer) {
      const head = printSymbol(textOf(op, "sym_name"));
      writer.write(` ${head}`);
      writer.listing(
        regionOf(op).block.args.map((arg) => `${writer.name(arg)}: ${printType(arg.type)}`),
        head.length + 20,
      );
      if (Object.keys(op.attributes).length > 1) writer.write(" attributes");
      writer.attrDict(op.attributes, ["sym_name"]);
      writer.write(" ");
      writer.region(regionOf(op), { headed: true });
    },
    parse(reader) {
      const name = stringOf(reader.symbol());
      const args = reader.parens(() => readArg(reader));
      const more = reader.accept("attributes") ? reader.attrDict() : {};
      return {
        attributes: { sym_name: name, ...more },
        regions: [reader.region("dataflow.schedule", { args })],
      };
    },
  },
  "dataflow.stream": {
    fits: (op) => wholeOf(op, "depth") !== undefined,
    print(op, writer) {
      printString(op, "name", writer);
      writer.write(` depth ${String(wholeOf(op, "depth"))}`);
      writer.attrDict(op.attributes, ["name", "depth"]);
      writer.write(` : ${printType(op.result.type)}`);
    },
    parse(reader) {
      const name = stringOf(reader.string());
      reader.expect("depth");
      const attributes = { name, depth: i64Of(reader.integer()), ...reader.attrDict() };
      reader.expect(":");
      return { attributes, resultTypes: [reader.type()] };
    },
  },
  "dataflow.buffer": {
    print(op, writer) {
      printString(op, "name", writer);
      writer.attrDict(op.attributes, ["name"]);
      writer.write(` : ${printType(op.result.type)}`);
    },
    parse(reader) {
      const attributes = { name: stringOf(reader.string()), ...reader.attrDict() };
      reader.expect(":");
      return { attributes, resultTypes: [reader.type()] };
    },
  },
};
