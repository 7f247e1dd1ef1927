import { i64Attr, integer } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp, type OpDefinition } from "../../core/op-definition.ts";

const bits = integer();

function binary(mnemonic: string, summary: string, commutative: boolean): OpDefinition {
  return defineOp(`comb.${mnemonic}`, {
    summary,
    operands: { lhs: bits, rhs: bits },
    results: { result: bits },
    attrs: {},
    regions: 0,
    traits: commutative ? ["pure", "commutative", "same-type"] : ["pure", "same-type"],
    format: "$lhs `,` $rhs attr-dict `:` type($result)",
  });
}

export const CombAddOp = binary("add", "Sum modulo 2^width", true);
export const CombSubOp = binary("sub", "Difference modulo 2^width", false);
export const CombMulOp = binary("mul", "Product modulo 2^width", true);
export const CombAndOp = binary("and", "Bitwise and", true);
export const CombOrOp = binary("or", "Bitwise or", true);
export const CombXorOp = binary("xor", "Bitwise exclusive or", true);
export const CombShlOp = binary("shl", "Shift left; amounts of the width or more give 0", false);
export const CombShruOp = binary("shru", "Logical shift right; amounts of the width or more give 0", false);
export const CombShrsOp = binary(
  "shrs",
  "Arithmetic shift right; amounts of the width or more give the sign",
  false,
);

/** CIRCT's numbering of comparison predicates. */
export const ICMP_PREDICATES = ["eq", "ne", "slt", "sle", "sgt", "sge", "ult", "ule", "ugt", "uge"] as const;
/** A comparison of bit vectors. */
export type IcmpPredicate = (typeof ICMP_PREDICATES)[number];

export const CombIcmpOp = defineOp("comb.icmp", {
  summary: "Comparison",
  operands: { lhs: bits, rhs: bits },
  results: { result: integer(1) },
  attrs: { predicate: i64Attr },
  regions: 0,
  traits: ["pure"],
});
export const CombMuxOp = defineOp("comb.mux", {
  summary: "The second operand where the first is 1, else the third",
  operands: { condition: integer(1), whenTrue: bits, whenFalse: bits },
  results: { result: bits },
  attrs: {},
  regions: 0,
  traits: ["pure"],
  format: "$condition `,` $whenTrue `,` $whenFalse attr-dict `:` type($result)",
});
export const CombExtractOp = defineOp("comb.extract", {
  summary: "Bits from `lowBit` upward, as many as the result has",
  operands: { input: bits },
  results: { result: bits },
  attrs: { lowBit: i64Attr },
  regions: 0,
  traits: ["pure"],
});
export const CombConcatOp = defineOp("comb.concat", {
  summary: "Concatenation, the first operand on top",
  operands: {},
  rest: bits,
  results: { result: bits },
  attrs: {},
  regions: 0,
  traits: ["pure"],
});
export const CombReplicateOp = defineOp("comb.replicate", {
  summary: "The input repeated as often as it fits into the result",
  operands: { input: bits },
  results: { result: bits },
  attrs: {},
  regions: 0,
  traits: ["pure"],
});

export const combDialect: Dialect = {
  name: "comb",
  ops: [
    CombAddOp,
    CombSubOp,
    CombMulOp,
    CombAndOp,
    CombOrOp,
    CombXorOp,
    CombShlOp,
    CombShruOp,
    CombShrsOp,
    CombIcmpOp,
    CombMuxOp,
    CombExtractOp,
    CombConcatOp,
    CombReplicateOp,
  ],
};
