import type { Operation } from "../../core/operation.ts";
import { i1, sameType } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { fastmathSaid, fastmathText, readFastmath } from "../format/fastmath.ts";
import { i64Of, wholeOf } from "./common.ts";
import type { OpSyntax } from "./hook.ts";

/** `eq, %a, %b : i8`, the predicate being the number of its word; CIRCT has no comma behind the predicate. */
export function comparisonSyntax(predicates: readonly string[], comma: "," | ""): OpSyntax {
  const predicateOf = (op: Operation): string | undefined =>
    predicates[Number(wholeOf(op, "predicate") ?? -1n)];
  return {
    fits: (op) => predicateOf(op) !== undefined && sameType(at(op.operands, 0).type, at(op.operands, 1).type),
    print(op, writer) {
      writer.write(` ${predicateOf(op) ?? ""}${comma} ${writer.nameList(op.operands)}`);
      const fastmath = fastmathText(op);
      if (fastmath !== "") writer.write(` ${fastmath}`);
      writer.attrDict(op.attributes, ["predicate", ...fastmathSaid(op)]);
      writer.write(` : ${writer.types(op.operands.slice(0, 1))}`);
    },
    parse(reader) {
      const expected = `one of ${predicates.join(", ")}`;
      const predicate = predicates.indexOf(reader.word(expected));
      if (predicate < 0) return reader.fail(expected);
      if (comma !== "") reader.expect(comma);
      const lhs = reader.use();
      reader.expect(",");
      const rhs = reader.use();
      const attributes = {
        predicate: i64Of(predicate),
        ...readFastmath(reader),
        ...reader.attrDict(),
      };
      reader.expect(":");
      const type = reader.type();
      return {
        operands: [reader.resolve(lhs, type), reader.resolve(rhs, type)],
        resultTypes: [i1],
        attributes,
      };
    },
  };
}
