import type { Attributes } from "../../core/attribute.ts";
import type { Operation, Value } from "../../core/operation.ts";
import { indexType, printType } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import type { Writer } from "../print/writer.ts";
import type { DialectSyntax } from "./common.ts";
import type { OpReader } from "./hook.ts";

/** `%m[%i, %j] {…} : memref<…>`. */
function printAccess(op: Operation, memref: Value, subscripts: readonly Value[], writer: Writer): void {
  writer.write(`${writer.name(memref)}[${writer.nameList(subscripts)}]`);
  writer.attrDict(op.attributes);
  writer.write(` : ${printType(memref.type)}`);
}

interface Access {
  readonly memref: Value;
  readonly subscripts: readonly Value[];
  readonly attributes: Attributes;
}

function readAccess(reader: OpReader): Access {
  const memref = reader.use();
  reader.expect("[");
  const uses = reader.atUse() ? reader.uses() : [];
  reader.expect("]");
  const attributes = reader.attrDict();
  reader.expect(":");
  return {
    memref: reader.resolve(memref, reader.type()),
    subscripts: reader.resolveAll(
      uses,
      uses.map(() => indexType),
    ),
    attributes,
  };
}

/** `memref.alloc() {name = "acc"} : memref<4xi32>`. */
export const memrefSyntax: DialectSyntax = {
  "memref.alloc": {
    print(op, writer) {
      writer.write("()");
      writer.attrDict(op.attributes);
      writer.write(` : ${printType(op.result.type)}`);
    },
    parse(reader) {
      reader.expect("(");
      reader.expect(")");
      const attributes = reader.attrDict();
      reader.expect(":");
      return { attributes, resultTypes: [reader.type()] };
    },
  },
  "memref.load": {
    fits: (op) => cellType(at(op.operands, 0)) === printType(op.result.type),
    print(op, writer) {
      writer.write(" ");
      printAccess(op, at(op.operands, 0), op.operands.slice(1), writer);
    },
    parse(reader) {
      const { memref, subscripts, attributes } = readAccess(reader);
      if (memref.type.kind !== "memref") return reader.fail("a memref type");
      return { operands: [memref, ...subscripts], resultTypes: [memref.type.element], attributes };
    },
  },
  "memref.store": {
    fits: (op) => cellType(at(op.operands, 1)) === printType(at(op.operands, 0).type),
    print(op, writer) {
      writer.write(` ${writer.name(at(op.operands, 0))}, `);
      printAccess(op, at(op.operands, 1), op.operands.slice(2), writer);
    },
    parse(reader) {
      const stored = reader.use();
      reader.expect(",");
      const { memref, subscripts, attributes } = readAccess(reader);
      const value = reader.resolve(stored, memref.type.kind === "memref" ? memref.type.element : undefined);
      return { operands: [value, memref, ...subscripts], attributes };
    },
  },
};

function cellType(memref: Value): string {
  return memref.type.kind === "memref" ? printType(memref.type.element) : "";
}
