import { intType, printType, type Type } from "../../core/type.ts";
import { ICMP_PREDICATES } from "../../dialects/comb/ops.ts";
import { at } from "../../support/bug.ts";
import type { UseName } from "../parse/scopes.ts";
import { type DialectSyntax, i64Of, wholeOf } from "./common.ts";
import { comparisonSyntax } from "./comparison.ts";
import type { OpParts, OpReader } from "./hook.ts";

/** CIRCT's syntax. */
export const combSyntax: DialectSyntax = {
  "comb.icmp": comparisonSyntax(ICMP_PREDICATES, ""),
  "comb.extract": {
    fits: (op) => wholeOf(op, "lowBit") !== undefined,
    print(op, writer) {
      writer.write(` ${writer.name(at(op.operands, 0))} from ${String(wholeOf(op, "lowBit"))}`);
      writer.attrDict(op.attributes, ["lowBit"]);
      writer.write(` : (${writer.types(op.operands)}) -> ${printType(op.result.type)}`);
    },
    parse(reader) {
      const input = reader.use();
      reader.expect("from");
      const attributes = { lowBit: i64Of(reader.integer()), ...reader.attrDict() };
      return { ...conversion(reader, input), attributes };
    },
  },
  "comb.concat": {
    fits: (op) =>
      op.operands.length > 0 &&
      op.result.type.kind === "int" &&
      op.result.type.width === op.operands.reduce((sum, { type }) => sum + bitsOf(type), 0),
    print(op, writer) {
      writer.write(` ${writer.nameList(op.operands)}`);
      writer.attrDict(op.attributes);
      writer.write(` : ${writer.types(op.operands)}`);
    },
    parse(reader) {
      const uses = reader.uses();
      const attributes = reader.attrDict();
      reader.expect(":");
      const types = reader.types();
      const width = types.reduce((sum, type) => sum + bitsOf(type), 0);
      return { operands: reader.resolveAll(uses, types), resultTypes: [intType(width)], attributes };
    },
  },
  "comb.replicate": {
    print(op, writer) {
      writer.write(` ${writer.name(at(op.operands, 0))}`);
      writer.attrDict(op.attributes);
      writer.write(` : (${writer.types(op.operands)}) -> ${printType(op.result.type)}`);
    },
    parse(reader) {
      const input = reader.use();
      const attributes = reader.attrDict();
      return { ...conversion(reader, input), attributes };
    },
  },
};

function bitsOf(type: Type): number {
  return type.kind === "int" ? type.width : 0;
}

/** `: (i8) -> i2`. */
function conversion(reader: OpReader, input: UseName): OpParts {
  reader.expect(":");
  reader.expect("(");
  const from = reader.type();
  reader.expect(")");
  reader.expect("->");
  return { operands: [reader.resolve(input, from)], resultTypes: [reader.type()] };
}
