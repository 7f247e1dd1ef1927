import { ofKind } from "../../core/constraint.ts";
import type { Dialect } from "../../core/dialect.ts";
import { defineOp, type OpDefinition } from "../../core/op-definition.ts";

const float = ofKind("float");

function unary(mnemonic: string, summary: string): OpDefinition {
  return defineOp(`math.${mnemonic}`, {
    summary,
    operands: { operand: float },
    results: { result: float },
    attrs: {},
    regions: 0,
    traits: ["pure", "same-type"],
    format: "$operand fastmath attr-dict `:` type($result)",
  });
}

/** Square root, correctly rounded. */
export const MathSqrtOp = unary("sqrt", "Square root, round to nearest even; of negative numbers NaN");
/** As `fx.exp`. */
export const MathExpOp = unary("exp", "e to the power of the operand");
/** As `fx.rsqrt`. */
export const MathRsqrtOp = unary("rsqrt", "1 / square root of the operand");
/** As `fx.abs`. */
export const MathAbsFOp = unary("absf", "Magnitude");

/** What we take of MLIR's `math`; the bits are those of docs/numerics.md. */
export const mathDialect: Dialect = {
  name: "math",
  ops: [MathSqrtOp, MathExpOp, MathRsqrtOp, MathAbsFOp],
};
