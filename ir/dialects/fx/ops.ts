import { ofKind, ofKinds } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp, type OpDefinition } from "../../core/op-definition.ts";

const float = ofKind("float");

function unary(mnemonic: string, summary: string): OpDefinition {
  return defineOp(`fx.${mnemonic}`, {
    summary,
    operands: { operand: float },
    results: { result: float },
    attrs: {},
    regions: 0,
    traits: ["pure", "same-type"],
    format: "$operand attr-dict `:` type($result)",
  });
}

/** Our definitions, to the bit (docs/numerics.md): what the C library computes is not used. */
export const FxAbsOp = unary("abs", "Magnitude");
export const FxExpOp = unary("exp", "e to the power of the operand");
export const FxRecipOp = unary("recip", "1 / operand");
export const FxRsqrtOp = unary("rsqrt", "1 / square root of the operand");
export const FxToIntOp = defineOp("fx.to_int", {
  summary: "Float to signed integer, round half to even, saturating, NaN to 0",
  operands: { operand: float },
  results: { result: ofKind("int") },
  attrs: {},
  regions: 0,
  traits: ["pure"],
  format: "$operand attr-dict `:` type($operand) `to` type($result)",
});
export const FxScale2Op = defineOp("fx.scale2", {
  summary: "operand * 2^exponent, exact but for flush to zero and overflow to infinity",
  operands: { operand: float, exponent: ofKind("int") },
  results: { result: float },
  attrs: {},
  regions: 0,
  traits: ["pure"],
  format: "$operand `,` $exponent attr-dict `:` type($operand) `,` type($exponent)",
});
export const FxExponentOp = defineOp("fx.exponent", {
  summary: "Unbiased exponent of the operand as i32; of zero -127",
  operands: { operand: float },
  results: { result: ofKinds("int") },
  attrs: {},
  regions: 0,
  traits: ["pure"],
  format: "$operand attr-dict `:` type($operand) `to` type($result)",
});

/** A bfloat16 is an i16 of its bits. */
export const FxMulBf16Op = defineOp("fx.mul_bf16", {
  summary: "Exact product of two bfloat16 words as f32",
  operands: { lhs: ofKind("int"), rhs: ofKind("int") },
  results: { result: float },
  attrs: {},
  regions: 0,
  traits: ["pure"],
  format: "$lhs `,` $rhs attr-dict `:` type($lhs) `,` type($rhs) `to` type($result)",
});
export const FxToBf16Op = defineOp("fx.to_bf16", {
  summary: "f32 to a bfloat16 word, round half to even",
  operands: { operand: float },
  results: { result: ofKind("int") },
  attrs: {},
  regions: 0,
  traits: ["pure"],
  format: "$operand attr-dict `:` type($operand) `to` type($result)",
});

export const fxDialect: Dialect = {
  name: "fx",
  ops: [FxAbsOp, FxExpOp, FxRecipOp, FxRsqrtOp, FxToIntOp, FxScale2Op, FxExponentOp, FxMulBf16Op, FxToBf16Op],
};
