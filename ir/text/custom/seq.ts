import type { Attribute } from "../../core/attribute.ts";
import type { Operation, Value } from "../../core/operation.ts";
import { clockType, i1, i32, intType, printType, sameType, type Type } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { type DialectSyntax, printImplicitName, readImplicitName } from "./common.ts";
import type { OpReader, OpSyntax } from "./hook.ts";

function i32Of(value: bigint): Attribute {
  return { kind: "int", value, type: i32 };
}

/** `%d, %clk [, %ce] [reset %rst, %value] : i8`. */
function registerSyntax(fixed: 2 | 3): OpSyntax {
  const controls: readonly Type[] = fixed === 2 ? [clockType] : [clockType, i1];
  return {
    fits(op) {
      const [reset, value] = op.operands.slice(fixed);
      const { type } = op.result;
      if (!sameType(at(op.operands, 0).type, type) || ![fixed, fixed + 2].includes(op.operands.length))
        return false;
      return (
        reset === undefined || value === undefined || (sameType(reset.type, i1) && sameType(value.type, type))
      );
    },
    print(op, writer) {
      writer.write(` ${writer.nameList(op.operands.slice(0, fixed))}`);
      if (op.operands.length > fixed) writer.write(` reset ${writer.nameList(op.operands.slice(fixed))}`);
      printImplicitName(op, writer);
      writer.write(` : ${printType(op.result.type)}`);
    },
    parse(reader) {
      const uses = reader.uses();
      if (uses.length !== fixed) return reader.fail(`${String(fixed)} operands`);
      const reset = reader.accept("reset") ? reader.uses() : [];
      if (reset.length !== 0 && reset.length !== 2) return reader.fail("a reset and its value");
      const attributes = readImplicitName(reader);
      reader.expect(":");
      const type = reader.type();
      const types = [type, ...controls, ...(reset.length === 0 ? [] : [i1, type])];
      return { operands: reader.resolveAll([...uses, ...reset], types), resultTypes: [type], attributes };
    },
  };
}

function isWord(op: Operation, value: Value): boolean {
  const { type } = at(op.operands, 0);
  return type.kind === "firmem" && sameType(value.type, intType(type.width));
}

/** `<64 x 32>`. */
function shapeText(memory: Value): string {
  return printType(memory.type).replace("!seq.firmem", "");
}

/** `[%address]`. */
function readAddress(reader: OpReader): Value {
  reader.expect("[");
  const address = reader.resolve(reader.use());
  reader.expect("]");
  return address;
}

function wordOf(memory: Type): Type {
  return intType(memory.kind === "firmem" ? memory.width : 1);
}

/** CIRCT's syntax; `init` and `style` of a memory stand in its dictionary. */
export const seqSyntax: DialectSyntax = {
  "seq.compreg": registerSyntax(2),
  "seq.compreg.ce": registerSyntax(3),
  "seq.firmem": {
    fits: (op) =>
      [op.attribute("readLatency"), op.attribute("writeLatency")].every(
        (latency) => latency?.kind === "int" && sameType(latency.type, i32),
      ),
    print(op, writer) {
      const latency = (name: string): string => {
        const attribute = op.attribute(name);
        return attribute?.kind === "int" ? String(attribute.value) : "";
      };
      writer.write(` ${latency("readLatency")}, ${latency("writeLatency")}, undefined, undefined`);
      printImplicitName(op, writer, ["readLatency", "writeLatency"]);
      writer.write(` : ${shapeText(op.result)}`);
    },
    parse(reader) {
      const readLatency = i32Of(reader.integer());
      reader.expect(",");
      const writeLatency = i32Of(reader.integer());
      for (let word = 0; word < 2; word++) {
        reader.expect(",");
        reader.expect("undefined");
      }
      const attributes = { readLatency, writeLatency, ...readImplicitName(reader) };
      reader.expect(":");
      return { resultTypes: [reader.firMemShape()], attributes };
    },
  },
  "seq.firmem.read_port": {
    fits: (op) => isWord(op, op.result) && op.operands.length <= 4,
    print(op, writer) {
      const [memory, address, clk, enable] = op.operands.map((value) => writer.name(value));
      writer.write(
        ` ${memory ?? ""}[${address ?? ""}], clock ${clk ?? ""}${enable === undefined ? "" : ` enable ${enable}`}`,
      );
      writer.attrDict(op.attributes);
      writer.write(` : ${shapeText(at(op.operands, 0))}`);
    },
    parse(reader) {
      const memory = reader.use();
      const address = readAddress(reader);
      reader.expect(",");
      reader.expect("clock");
      const clk = reader.resolve(reader.use(), clockType);
      const enable = reader.accept("enable") ? [reader.resolve(reader.use(), i1)] : [];
      const attributes = reader.attrDict();
      reader.expect(":");
      const type = reader.firMemShape();
      return {
        operands: [reader.resolve(memory, type), address, clk, ...enable],
        resultTypes: [wordOf(type)],
        attributes,
      };
    },
  },
  "seq.firmem.write_port": {
    fits: (op) => isWord(op, at(op.operands, 4)) && op.operands.length <= 6,
    print(op, writer) {
      const [memory, address, clk, enable, data, mask] = op.operands.map((value) => writer.name(value));
      writer.write(
        ` ${memory ?? ""}[${address ?? ""}] = ${data ?? ""}, clock ${clk ?? ""} enable ${enable ?? ""}${mask === undefined ? "" : ` mask ${mask}`}`,
      );
      writer.attrDict(op.attributes);
      writer.write(` : ${shapeText(at(op.operands, 0))}`);
    },
    parse(reader) {
      const memory = reader.use();
      const address = readAddress(reader);
      reader.expect("=");
      const data = reader.use();
      reader.expect(",");
      reader.expect("clock");
      const clk = reader.resolve(reader.use(), clockType);
      reader.expect("enable");
      const enable = reader.resolve(reader.use(), i1);
      const mask = reader.accept("mask") ? [reader.resolve(reader.use())] : [];
      const attributes = reader.attrDict();
      reader.expect(":");
      const type = reader.firMemShape();
      return {
        operands: [
          reader.resolve(memory, type),
          address,
          clk,
          enable,
          reader.resolve(data, wordOf(type)),
          ...mask,
        ],
        attributes,
      };
    },
  },
};
