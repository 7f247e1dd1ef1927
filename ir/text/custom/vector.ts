import type { Operation } from "../../core/operation.ts";
import { printType, sameType } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { type DialectSyntax, i64Of } from "./common.ts";

function position(op: Operation): bigint | undefined {
  const list = op.attribute("static_position");
  if (list?.kind !== "array" || list.elements.length !== 1) return undefined;
  const [only] = list.elements;
  return only?.kind === "int" && printType(only.type) === "i64" ? only.value : undefined;
}

/** `vector.extract %v[3] : i8 from vector<4xi8>` (the older form without `i8 from` is read too), `vector.from_elements %a, %b : vector<2xi8>`. */
export const vectorSyntax: DialectSyntax = {
  "vector.extract": {
    fits(op) {
      const { type } = at(op.operands, 0);
      return position(op) !== undefined && type.kind === "vector" && sameType(type.element, op.result.type);
    },
    print(op, writer) {
      const vector = at(op.operands, 0);
      writer.write(` ${writer.name(vector)}[${String(position(op))}]`);
      writer.attrDict(op.attributes, ["static_position"]);
      writer.write(` : ${printType(op.result.type)} from ${printType(vector.type)}`);
    },
    parse(reader) {
      const vector = reader.use();
      reader.expect("[");
      const lane = reader.integer();
      reader.expect("]");
      const attributes = {
        static_position: { kind: "array", elements: [i64Of(lane)] },
        ...reader.attrDict(),
      } as const;
      reader.expect(":");
      const first = reader.type();
      const type = reader.accept("from") ? reader.type() : first;
      if (type.kind !== "vector") return reader.fail("a vector type");
      return { operands: [reader.resolve(vector, type)], resultTypes: [type.element], attributes };
    },
  },
  "vector.from_elements": {
    fits(op) {
      const { type } = op.result;
      return (
        type.kind === "vector" &&
        type.lanes === op.operands.length &&
        op.operands.every((value) => sameType(value.type, type.element))
      );
    },
    print(op, writer) {
      writer.write(` ${writer.nameList(op.operands)}`);
      writer.attrDict(op.attributes);
      writer.write(` : ${printType(op.result.type)}`);
    },
    parse(reader) {
      const uses = reader.uses();
      const attributes = reader.attrDict();
      reader.expect(":");
      const type = reader.type();
      if (type.kind !== "vector" || type.lanes !== uses.length)
        return reader.fail(`a vector of ${String(uses.length)} lanes`);
      return {
        operands: uses.map((use) => reader.resolve(use, type.element)),
        resultTypes: [type],
        attributes,
      };
    },
  },
};
