import { anyAttr, anyType, i64Attr, integer, ofKind, ofKinds } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp, type OpDefinition } from "../../core/op-definition.ts";

const whole = ofKinds("int", "index");
const float = ofKind("float");

function integerOp(mnemonic: string, summary: string, commutative = false): OpDefinition {
  return defineOp(`arith.${mnemonic}`, {
    summary,
    operands: { lhs: whole, rhs: whole },
    results: { result: whole },
    attrs: {},
    regions: 0,
    traits: commutative ? ["pure", "commutative", "same-type"] : ["pure", "same-type"],
    format: "$lhs `,` $rhs attr-dict `:` type($result)",
  });
}
function floatOp(mnemonic: string, summary: string, commutative = false): OpDefinition {
  return defineOp(`arith.${mnemonic}`, {
    summary,
    operands: { lhs: float, rhs: float },
    results: { result: float },
    attrs: {},
    regions: 0,
    traits: commutative ? ["pure", "commutative", "same-type"] : ["pure", "same-type"],
    format: "$lhs `,` $rhs fastmath attr-dict `:` type($result)",
  });
}
function castOp(mnemonic: string, summary: string): OpDefinition {
  return defineOp(`arith.${mnemonic}`, {
    summary,
    operands: { in: anyType },
    results: { out: anyType },
    attrs: {},
    regions: 0,
    traits: ["pure"],
    format: "$in attr-dict `:` type($in) `to` type($out)",
  });
}

export const ArithAddIOp = integerOp("addi", "Sum, wrapping", true);
export const ArithSubIOp = integerOp("subi", "Difference, wrapping");
export const ArithMulIOp = integerOp("muli", "Product, wrapping", true);
export const ArithAndIOp = integerOp("andi", "Bitwise and", true);
export const ArithOrIOp = integerOp("ori", "Bitwise or", true);
export const ArithXorIOp = integerOp("xori", "Bitwise exclusive or", true);
export const ArithShlIOp = integerOp("shli", "Shift left");
export const ArithShrUIOp = integerOp("shrui", "Logical shift right");
export const ArithShrSIOp = integerOp("shrsi", "Arithmetic shift right");
export const ArithMaxSIOp = integerOp("maxsi", "Signed maximum", true);
export const ArithMinSIOp = integerOp("minsi", "Signed minimum", true);
export const ArithAddFOp = floatOp("addf", "Float sum, round to nearest even, subnormals flushed", true);
export const ArithSubFOp = floatOp("subf", "Float difference");
export const ArithMulFOp = floatOp("mulf", "Float product", true);
export const ArithDivFOp = floatOp("divf", "Float quotient");
export const ArithMaximumFOp = floatOp("maximumf", "Float maximum; NaN where either is NaN", true);

export const ArithExtSIOp = castOp("extsi", "Sign extension");
export const ArithExtUIOp = castOp("extui", "Zero extension");
export const ArithTruncIOp = castOp("trunci", "Truncation to the low bits");
export const ArithIndexCastOp = castOp("index_cast", "Between index and a signed integer");
export const ArithIndexCastUIOp = castOp("index_castui", "Between index and an unsigned integer");
export const ArithExtFOp = castOp("extf", "A float in a wider format, exact but for subnormals");
export const ArithTruncFOp = castOp("truncf", "A float in a narrower format, round to nearest even");
export const ArithSIToFPOp = castOp("sitofp", "Signed integer to float, round to nearest even");
export const ArithBitcastOp = castOp("bitcast", "The same bits as another type of equal width");

export const ArithNegFOp = defineOp("arith.negf", {
  summary: "Float negation",
  operands: { operand: float },
  results: { result: float },
  attrs: {},
  regions: 0,
  traits: ["pure", "same-type"],
  format: "$operand fastmath attr-dict `:` type($result)",
});
/** MLIR's numbering of arith.cmpf predicates, of which the ordered ones are used. */
export const CMPF_PREDICATES = [
  "false",
  "oeq",
  "ogt",
  "oge",
  "olt",
  "ole",
  "one",
  "ord",
  "ueq",
  "ugt",
  "uge",
  "ult",
  "ule",
  "une",
  "uno",
  "true",
] as const;
export type CmpfPredicate = (typeof CMPF_PREDICATES)[number];
export const ArithCmpIOp = defineOp("arith.cmpi", {
  summary: "Integer comparison; predicates are numbered as CIRCT's and MLIR's icmp",
  operands: { lhs: whole, rhs: whole },
  results: { result: integer(1) },
  attrs: { predicate: i64Attr },
  regions: 0,
  traits: ["pure"],
});
export const ArithCmpFOp = defineOp("arith.cmpf", {
  summary: "Float comparison",
  operands: { lhs: float, rhs: float },
  results: { result: integer(1) },
  attrs: { predicate: i64Attr },
  regions: 0,
  traits: ["pure"],
});
export const ArithSelectOp = defineOp("arith.select", {
  summary: "The second operand where the first is 1, else the third",
  operands: { condition: integer(1), whenTrue: anyType, whenFalse: anyType },
  results: { result: anyType },
  attrs: {},
  regions: 0,
  traits: ["pure"],
  format: "$condition `,` $whenTrue `,` $whenFalse attr-dict `:` type($result)",
});
export const ArithConstantOp = defineOp("arith.constant", {
  summary: "A constant scalar",
  operands: {},
  results: { result: anyType },
  attrs: { value: anyAttr },
  regions: 0,
  traits: ["pure"],
});

export const arithDialect: Dialect = {
  name: "arith",
  ops: [
    ArithAddIOp,
    ArithSubIOp,
    ArithMulIOp,
    ArithAndIOp,
    ArithOrIOp,
    ArithXorIOp,
    ArithShlIOp,
    ArithShrUIOp,
    ArithShrSIOp,
    ArithMaxSIOp,
    ArithMinSIOp,
    ArithAddFOp,
    ArithSubFOp,
    ArithMulFOp,
    ArithDivFOp,
    ArithMaximumFOp,
    ArithExtSIOp,
    ArithExtUIOp,
    ArithTruncIOp,
    ArithIndexCastOp,
    ArithIndexCastUIOp,
    ArithExtFOp,
    ArithTruncFOp,
    ArithSIToFPOp,
    ArithBitcastOp,
    ArithNegFOp,
    ArithCmpIOp,
    ArithCmpFOp,
    ArithSelectOp,
    ArithConstantOp,
  ],
};
