import type { Attribute } from "../../core/attribute.ts";
import type { Operation, Value } from "../../core/operation.ts";
import type { ScalarType, Type } from "../../core/type.ts";
import { ArithConstantOp } from "../../dialects/arith/ops.ts";
import { at } from "../../support/bug.ts";
import { integerWidth, isWide, roundToFormat, type ScalarValue } from "../values.ts";
import type { Emitter, EmitterTable, OpEmitter } from "./emitter.ts";
import { literalText, unsignedText, wrapText } from "./integer-text.ts";
import { roundText, scalarTypeOf } from "./scalar-type.ts";

type BinaryText = (a: string, b: string, type: ScalarType) => string;

function binary(text: BinaryText): OpEmitter {
  return (op, out) => {
    const [a = "", b = ""] = out.names(op.operands);
    out.bind(op.result, text(a, b, scalarTypeOf(op, op.result, out)));
  };
}

const shiftLeft: BinaryText = (a, b, type) => {
  const width = String(integerWidth(type));
  if (isWide(type)) return `(${unsignedText(type, b)} < ${width}n ? ${wrapText(type, `${a} << ${b}`)} : 0n)`;
  return `((${b} >>> 0) < ${width} ? ${wrapText(type, `${a} << ${b}`)} : 0)`;
};
const shiftRightUnsigned: BinaryText = (a, b, type) => {
  if (isWide(type)) return wrapText(type, `${unsignedText(type, a)} >> ${unsignedText(type, b)}`);
  return `((${b} >>> 0) < ${String(integerWidth(type))} ? ${wrapText(type, `${unsignedText(type, a)} >>> ${b}`)} : 0)`;
};
const shiftRightSigned: BinaryText = (a, b, type) => {
  if (isWide(type)) return `${a} >> ${unsignedText(type, b)}`;
  return integerWidth(type) === 1 ? a : `${a} >> ((${b} >>> 0) > 31 ? 31 : ${b})`;
};
/** A set `i1` is -1, below 0. */
const maximum: BinaryText = (a, b, type) =>
  integerWidth(type) === 1 ? `${a} & ${b}` : `${a} > ${b} ? ${a} : ${b}`;
const minimum: BinaryText = (a, b, type) =>
  integerWidth(type) === 1 ? `${a} | ${b}` : `${a} < ${b} ? ${a} : ${b}`;
const product: BinaryText = (a, b, type) =>
  wrapText(type, isWide(type) ? `${a} * ${b}` : `Math.imul(${a}, ${b})`);

/** eq ne slt sle sgt sge ult ule ugt uge */
const COMPARISONS = ["===", "!==", "<", "<=", ">", ">=", "<", "<=", ">", ">="] as const;

function emitCompareIntegers(op: Operation, out: Emitter): void {
  const type = scalarTypeOf(op, at(op.operands, 0), out);
  const predicate = predicateOf(op);
  const [a = "", b = ""] = out.names(op.operands);
  const operator = COMPARISONS[predicate];
  if (operator === undefined) out.refuse(op, `predicate ${String(predicate)} is not defined`);
  const isSigned = predicate < 6;
  const flip = isSigned && predicate > 1 && integerWidth(type) === 1; // a set i1 is -1
  const [left, right] = isSigned
    ? [flip ? b : a, flip ? a : b]
    : [compareUnsigned(type, a), compareUnsigned(type, b)];
  out.bind(op.result, `${left} ${operator} ${right} ? 1 : 0`);
}

/** Sign-extended numbers keep their unsigned order when they are read as 32 bits without sign. */
function compareUnsigned(type: ScalarType, text: string): string {
  return isWide(type) ? unsignedText(type, text) : `(${text} >>> 0)`;
}

function predicateOf(op: Operation): number {
  const attribute = op.attribute("predicate");
  return attribute?.kind === "int" ? Number(attribute.value) : -1;
}

/** MLIR's numbering of `arith.cmpf`. */
const FLOAT_COMPARISONS: readonly BinaryText[] = [
  () => "0",
  (a, b) => `eqF32(${a}, ${b})`,
  (a, b) => `gtF32(${a}, ${b})`,
  (a, b) => `geF32(${a}, ${b})`,
  (a, b) => `ltF32(${a}, ${b})`,
  (a, b) => `leF32(${a}, ${b})`,
  (a, b) => `ltF32(${a}, ${b}) | gtF32(${a}, ${b})`,
  (a, b) => `${a} === ${a} && ${b} === ${b} ? 1 : 0`,
  (a, b) => `1 - (ltF32(${a}, ${b}) | gtF32(${a}, ${b}))`,
  (a, b) => `1 - leF32(${a}, ${b})`,
  (a, b) => `1 - ltF32(${a}, ${b})`,
  (a, b) => `1 - geF32(${a}, ${b})`,
  (a, b) => `1 - gtF32(${a}, ${b})`,
  (a, b) => `1 - eqF32(${a}, ${b})`,
  (a, b) => `${a} === ${a} && ${b} === ${b} ? 0 : 1`,
  () => "1",
];

function emitCompareFloats(op: Operation, out: Emitter): void {
  const predicate = predicateOf(op);
  const text = FLOAT_COMPARISONS[predicate];
  if (text === undefined) out.refuse(op, `predicate ${String(predicate)} is not defined`);
  const [a = "", b = ""] = out.names(op.operands);
  out.bind(op.result, text(a, b, scalarTypeOf(op, at(op.operands, 0), out)));
}

function emitSelect(op: Operation, out: Emitter): void {
  const [condition = "", whenTrue = "", whenFalse = ""] = out.names(op.operands);
  out.bind(op.result, `${condition} ? ${whenTrue} : ${whenFalse}`);
}

/** A literal, or an array made once. */
function emitConstant(op: Operation, out: Emitter): void {
  const value = ArithConstantOp.match(op)?.attrs.value;
  if (value === undefined) out.refuse(op, "it has no value");
  if (value.kind === "dense") {
    out.alias(op.result, out.constant(denseLanes(op.result, value.values)));
    return;
  }
  const scalar = constantValue(value, op.result.type);
  if (scalar === undefined) out.refuse(op, "its value is no number");
  if (value.kind === "int" && typeof scalar === "number")
    out.intervals.set(op.result, { min: scalar, max: scalar });
  out.alias(op.result, literalText(scalar));
}

function constantValue(attribute: Attribute, type: Type): ScalarValue | undefined {
  if (attribute.kind === "bool") return attribute.value ? 1 : 0;
  if (attribute.kind === "float" && type.kind === "float") return roundToFormat(type, attribute.value);
  return attribute.kind === "int" ? normalScalar(type, attribute.value) : undefined;
}

function normalScalar(type: Type, value: bigint): ScalarValue {
  if (type.kind === "float") return roundToFormat(type, Number(value));
  const width = type.kind === "int" ? type.width : 32;
  if (width > 32) return BigInt.asIntN(width, value);
  return width === 1 ? Number(value & 1n) : Number(BigInt.asIntN(width, value));
}

function denseLanes(result: Value, values: readonly (number | bigint)[]): readonly ScalarValue[] {
  const type = result.type;
  if (type.kind !== "vector") return values;
  return Array.from({ length: type.lanes }, (_, lane) => {
    const value = at(values, values.length === 1 ? 0 : lane);
    return typeof value === "bigint" ? normalScalar(type.element, value) : roundToFormat(type.element, value);
  });
}

/** `arith`, but for its conversions. */
export const ARITH_EMITTERS: EmitterTable = {
  "arith.addi": binary((a, b, type) => wrapText(type, `${a} + ${b}`)),
  "arith.subi": binary((a, b, type) => wrapText(type, `${a} - ${b}`)),
  "arith.muli": binary(product),
  "arith.andi": binary((a, b) => `${a} & ${b}`),
  "arith.ori": binary((a, b) => `${a} | ${b}`),
  "arith.xori": binary((a, b) => `${a} ^ ${b}`),
  "arith.shli": binary(shiftLeft),
  "arith.shrui": binary(shiftRightUnsigned),
  "arith.shrsi": binary(shiftRightSigned),
  "arith.maxsi": binary(maximum),
  "arith.minsi": binary(minimum),
  "arith.addf": binary((a, b, type) => roundText(type, `addF32(${a}, ${b})`)),
  "arith.subf": binary((a, b, type) => roundText(type, `subF32(${a}, ${b})`)),
  "arith.mulf": binary((a, b, type) => roundText(type, `mulF32(${a}, ${b})`)),
  "arith.divf": binary((a, b, type) => roundText(type, `divF32(${a}, ${b})`)),
  "arith.maximumf": binary((a, b) => `maxF32(${a}, ${b})`),
  "arith.negf": (op, out) => {
    out.bind(op.result, roundText(op.result.type, `negF32(${out.name(at(op.operands, 0))})`));
  },
  "arith.cmpi": emitCompareIntegers,
  "arith.cmpf": emitCompareFloats,
  "arith.select": emitSelect,
  "arith.constant": emitConstant,
};
