import type { Operation } from "../../core/operation.ts";
import { bitWidth, type ScalarType, sameType } from "../../core/type.ts";
import { at } from "../../support/bug.ts";
import { integerWidth, isWide } from "../values.ts";
import type { Emitter, EmitterTable, OpEmitter } from "./emitter.ts";
import { signedText, unsignedText, wrapText } from "./integer-text.ts";
import { elementTypeOf, roundText, scalarTypeOf } from "./scalar-type.ts";

type ConvertText = (text: string, from: ScalarType, to: ScalarType) => string;

function conversion(convert: ConvertText): OpEmitter {
  return (op, out) => {
    const operand = at(op.operands, 0);
    out.bind(
      op.result,
      convert(out.name(operand), scalarTypeOf(op, operand, out), scalarTypeOf(op, op.result, out)),
    );
  };
}

/** Between the number and the bigint form of a value that is already right. */
function carry(text: string, from: ScalarType, to: ScalarType): string {
  if (isWide(to)) return isWide(from) ? text : `BigInt(${text})`;
  return isWide(from) ? `Number(BigInt.asIntN(32, ${text}))` : text;
}

const extendSigned: ConvertText = (text, from, to) => carry(signedText(from, text), from, to);
const extendUnsigned: ConvertText = (text, from, to) => carry(unsignedText(from, text), from, to);
const truncate: ConvertText = (text, from, to) => wrapText(to, isWide(to) ? text : carry(text, from, to));
const castSigned: ConvertText = (text, from, to) => wrapText(to, carry(signedText(from, text), from, to));
const castUnsigned: ConvertText = (text, from, to) => wrapText(to, carry(unsignedText(from, text), from, to));

/** Every number of a narrower format is one of a wider. */
function emitExtend(op: Operation, out: Emitter): void {
  const operand = at(op.operands, 0);
  const [from, to] = [scalarTypeOf(op, operand, out), scalarTypeOf(op, op.result, out)];
  if (bitWidth(from) >= bitWidth(to)) out.refuse(op, "the result is not wider");
  out.alias(op.result, out.name(operand));
}

function emitRound(op: Operation, out: Emitter): void {
  const operand = at(op.operands, 0);
  const [from, to] = [scalarTypeOf(op, operand, out), scalarTypeOf(op, op.result, out)];
  if (bitWidth(from) <= bitWidth(to)) out.refuse(op, "the result is not narrower");
  out.bind(op.result, roundText(to, out.name(operand)));
}

function emitSignedToFloat(op: Operation, out: Emitter): void {
  const operand = at(op.operands, 0);
  const from = scalarTypeOf(op, operand, out);
  if (integerWidth(from) > 40) out.refuse(op, "integers of more than 40 bits do not become floats");
  const { type } = op.result;
  const isHalf = type.kind === "float" && type.format !== "f32";
  if (isHalf && integerWidth(from) > 16) out.refuse(op, "integers of more than 16 bits become f32 first");
  const text = signedText(from, out.name(operand));
  out.bind(op.result, roundText(type, `signedToF32(${isWide(from) ? `Number(${text})` : text})`));
}

/** `i32` and `f32` have their own functions; everything else goes through the packed bits. */
function emitBitcast(op: Operation, out: Emitter): void {
  const operand = at(op.operands, 0);
  const from = elementTypeOf(op, operand.type, out);
  const to = elementTypeOf(op, op.result.type, out);
  const text = out.name(operand);
  if (sameType(from, to)) out.alias(op.result, text);
  else if (bitWidth(from) !== bitWidth(to)) out.refuse(op, "the widths differ");
  else if (from.kind === "float" && from.format === "f32" && to.kind === "int")
    out.bind(op.result, `f32ToBits(${text}) | 0`);
  else if (from.kind === "int" && to.kind === "float" && to.format === "f32")
    out.bind(op.result, `bitsToF32(${text})`);
  else out.bind(op.result, `unpackElement(${out.constant(to)}, packElement(${out.constant(from)}, ${text}))`);
}

/** The conversions of `arith`. */
export const CONVERSION_EMITTERS: EmitterTable = {
  "arith.extsi": conversion(extendSigned),
  "arith.extui": conversion(extendUnsigned),
  "arith.trunci": conversion(truncate),
  "arith.index_cast": conversion(castSigned),
  "arith.index_castui": conversion(castUnsigned),
  "arith.sitofp": emitSignedToFloat,
  "arith.extf": emitExtend,
  "arith.truncf": emitRound,
  "arith.bitcast": emitBitcast,
};
