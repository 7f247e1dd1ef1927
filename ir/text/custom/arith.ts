import type { Attribute } from "../../core/attribute.ts";
import type { Operation } from "../../core/operation.ts";
import { i1, printType, sameType, type Type } from "../../core/type.ts";
import { CMPF_PREDICATES } from "../../dialects/arith/ops.ts";
import { ICMP_PREDICATES } from "../../dialects/comb/ops.ts";
import { present } from "../../support/bug.ts";
import { printAttribute } from "../print/attribute.ts";
import type { DialectSyntax } from "./common.ts";
import { comparisonSyntax } from "./comparison.ts";

function typeOf(value: Attribute | undefined): Type | undefined {
  if (value?.kind === "bool") return i1;
  return value?.kind === "int" || value?.kind === "float" || value?.kind === "dense" ? value.type : undefined;
}

function constantText(op: Operation): string {
  const value = present(op.attribute("value"), "value");
  if (value.kind === "int" && printType(value.type) === "i1") return value.value === 0n ? "false" : "true";
  const text = printAttribute(value);
  return value.kind === "int" || value.kind === "float"
    ? `${text.replace(/ : .*$/u, "")} : ${printType(value.type)}`
    : text;
}

/** MLIR's syntax. `true` and `false` are read as integers of one bit. */
export const arithSyntax: DialectSyntax = {
  "arith.cmpi": comparisonSyntax(ICMP_PREDICATES, ","),
  "arith.cmpf": comparisonSyntax(CMPF_PREDICATES, ","),
  "arith.constant": {
    fits(op) {
      const type = typeOf(op.attribute("value"));
      return type !== undefined && sameType(type, op.result.type);
    },
    print(op, writer) {
      writer.attrDict(op.attributes, ["value"]);
      writer.write(` ${constantText(op)}`);
    },
    parse(reader) {
      const attributes = reader.attrDict();
      const read = reader.attribute();
      const value: Attribute =
        read.kind === "bool" ? { kind: "int", value: read.value ? 1n : 0n, type: i1 } : read;
      return {
        resultTypes: [typeOf(value) ?? reader.fail("a number or dense elements")],
        attributes: { value, ...attributes },
      };
    },
  },
};
