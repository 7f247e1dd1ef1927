import type { Operation } from "../../core/operation.ts";
import { at } from "../../support/bug.ts";
import { integerWidth } from "../values.ts";
import type { Emitter, EmitterTable, OpEmitter } from "./emitter.ts";
import { signedText } from "./integer-text.ts";
import { roundText, scalarTypeOf } from "./scalar-type.ts";

function unary(name: string): OpEmitter {
  return (op, out) => {
    const type = scalarTypeOf(op, op.result, out);
    out.bind(op.result, roundText(type, `${name}(${out.name(at(op.operands, 0))})`));
  };
}

function emitToInteger(op: Operation, out: Emitter): void {
  const width = integerWidth(scalarTypeOf(op, op.result, out));
  if (width < 2 || width > 32) out.refuse(op, "the result has 2 to 32 bits");
  out.bind(op.result, `f32ToSigned(${out.name(at(op.operands, 0))}, ${String(width)})`);
}

/** `fx.scale2`. */
function emitScale(op: Operation, out: Emitter): void {
  const exponent = at(op.operands, 1);
  const type = scalarTypeOf(op, exponent, out);
  if (integerWidth(type) > 32) out.refuse(op, "the exponent has at most 32 bits");
  const scaled = `scale2F32(${out.name(at(op.operands, 0))}, ${signedText(type, out.name(exponent))})`;
  out.bind(op.result, roundText(op.result.type, scaled));
}

/** A bfloat16 word is a signed i16. */
function emitMulBf16(op: Operation, out: Emitter): void {
  const words = op.operands.map((operand) => {
    if (integerWidth(scalarTypeOf(op, operand, out)) !== 16) out.refuse(op, "the operands have 16 bits");
    return out.name(operand);
  });
  out.bind(op.result, `mulBf16(${words.join(", ")})`);
}

/** `fx.to_bf16`. */
function emitToBf16(op: Operation, out: Emitter): void {
  if (integerWidth(scalarTypeOf(op, op.result, out)) !== 16) out.refuse(op, "the result has 16 bits");
  out.bind(op.result, `f32ToBf16(${out.name(at(op.operands, 0))})`);
}

/** `fx` and `math`: the float functions whose bits we define. */
export const FX_EMITTERS: EmitterTable = {
  "fx.abs": unary("absF32"),
  "fx.exp": unary("expF32"),
  "fx.recip": unary("recipF32"),
  "fx.rsqrt": unary("rsqrtF32"),
  "fx.exponent": unary("exponentF32"),
  "math.sqrt": unary("sqrtF32"),
  "math.exp": unary("expF32"),
  "math.rsqrt": unary("rsqrtF32"),
  "math.absf": unary("absF32"),
  "fx.to_int": emitToInteger,
  "fx.scale2": emitScale,
  "fx.mul_bf16": emitMulBf16,
  "fx.to_bf16": emitToBf16,
};
