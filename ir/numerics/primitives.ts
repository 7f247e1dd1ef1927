import { buildMulBf16, buildToBf16, f32ToBf16, mulBf16 } from "./bf16.ts";
import type { BitOps } from "./bit-ops.ts";
import { buildFromF16, buildToF16, roundF16 } from "./f16.ts";
import { buildAdd, buildSub } from "./f32-add.ts";
import { buildEq, buildGe, buildGt, buildLe, buildLt, buildMax } from "./f32-compare.ts";
import { buildExponent, buildFromSigned, buildToSigned } from "./f32-convert.ts";
import { buildDiv } from "./f32-div.ts";
import { buildExp, expF32 } from "./f32-exp.ts";
import { buildMul } from "./f32-mul.ts";
import { buildRecip, recipF32 } from "./f32-recip.ts";
import { buildRsqrt, rsqrtF32 } from "./f32-rsqrt.ts";
import { buildScale2 } from "./f32-scale.ts";
import {
  absF32,
  addF32,
  divF32,
  eqF32,
  exponentF32,
  f32ToSigned,
  geF32,
  gtF32,
  leF32,
  ltF32,
  maxF32,
  mulF32,
  negF32,
  scale2F32,
  signedToF32,
  sqrtF32,
  subF32,
} from "./f32-semantics.ts";
import { buildAbs, buildNeg } from "./f32-sign.ts";
import { buildSqrt } from "./f32-sqrt.ts";
import { BF16, F16, type HalfFormat, halfOperations } from "./half-precision.ts";

/** What an operand or result means: a float word, or an integer (signed, except that i1 is 0 or 1). */
export type ScalarType = "f32" | "bf16" | "f16" | "i1" | "i8" | "i16" | "i32" | "i40";

/** The width of a scalar's vector, in bits. */
export function scalarWidth(type: ScalarType): number {
  return Number(type.replace(/\D+/u, ""));
}

/** How far a result may be from the exact one, in units of the last place of the exact one. */
export type ErrorBound = "exact" | { readonly maxUlp: number };

/** One operation: its hardware and its meaning are the same function. */
export interface FloatPrimitive {
  readonly summary: string;
  readonly operands: readonly ScalarType[];
  readonly result: ScalarType;
  /** "exact" is correct rounding; a bound holds for results that are neither flushed nor infinite. */
  readonly error: ErrorBound;
  /** The definition; operand and result widths are those of the scalar types. */
  readonly build: <V>(o: BitOps<V>, ...args: readonly V[]) => V;
  /** The same on JavaScript numbers: float32 values, signed integers, 0 or 1. */
  readonly evaluate: (...args: readonly number[]) => number;
}

/** Every float operation that hardware is made of; nothing else touches a float32. */
export const FLOAT_PRIMITIVES = {
  add: {
    summary: "a + b",
    operands: ["f32", "f32"],
    result: "f32",
    error: "exact",
    build: buildAdd,
    evaluate: addF32,
  },
  sub: {
    summary: "a - b",
    operands: ["f32", "f32"],
    result: "f32",
    error: "exact",
    build: buildSub,
    evaluate: subF32,
  },
  mul: {
    summary: "a * b",
    operands: ["f32", "f32"],
    result: "f32",
    error: "exact",
    build: buildMul,
    evaluate: mulF32,
  },
  div: {
    summary: "a / b",
    operands: ["f32", "f32"],
    result: "f32",
    error: "exact",
    build: buildDiv,
    evaluate: divF32,
  },
  sqrt: {
    summary: "the square root; zeros stay, other negative numbers NaN",
    operands: ["f32"],
    result: "f32",
    error: "exact",
    build: buildSqrt,
    evaluate: sqrtF32,
  },
  neg: {
    summary: "-x by its sign bit",
    operands: ["f32"],
    result: "f32",
    error: "exact",
    build: buildNeg,
    evaluate: negF32,
  },
  abs: {
    summary: "|x| by its sign bit",
    operands: ["f32"],
    result: "f32",
    error: "exact",
    build: buildAbs,
    evaluate: absF32,
  },
  max: {
    summary: "the larger one; NaN if either is, +0 above -0",
    operands: ["f32", "f32"],
    result: "f32",
    error: "exact",
    build: buildMax,
    evaluate: maxF32,
  },
  lt: {
    summary: "a < b, ordered",
    operands: ["f32", "f32"],
    result: "i1",
    error: "exact",
    build: buildLt,
    evaluate: ltF32,
  },
  le: {
    summary: "a <= b, ordered",
    operands: ["f32", "f32"],
    result: "i1",
    error: "exact",
    build: buildLe,
    evaluate: leF32,
  },
  eq: {
    summary: "a = b, ordered",
    operands: ["f32", "f32"],
    result: "i1",
    error: "exact",
    build: buildEq,
    evaluate: eqF32,
  },
  gt: {
    summary: "a > b, ordered",
    operands: ["f32", "f32"],
    result: "i1",
    error: "exact",
    build: buildGt,
    evaluate: gtF32,
  },
  ge: {
    summary: "a >= b, ordered",
    operands: ["f32", "f32"],
    result: "i1",
    error: "exact",
    build: buildGe,
    evaluate: geF32,
  },
  sitofp_i8: fromSigned("i8"),
  sitofp_i16: fromSigned("i16"),
  sitofp_i32: fromSigned("i32"),
  sitofp_i40: fromSigned("i40"),
  fptosi_i8: toSigned("i8"),
  fptosi_i16: toSigned("i16"),
  fptosi_i32: toSigned("i32"),
  mul_bf16: {
    summary: "a * b of two bfloat16 words",
    operands: ["i16", "i16"],
    result: "f32",
    error: "exact",
    build: buildMulBf16,
    evaluate: mulBf16,
  },
  to_bf16: {
    summary: "float32 to a bfloat16 word, to nearest even",
    operands: ["f32"],
    result: "i16",
    error: "exact",
    build: buildToBf16,
    evaluate: f32ToBf16,
  },
  bf16_add: half(BF16, "add"),
  bf16_sub: half(BF16, "sub"),
  bf16_mul: half(BF16, "mul"),
  f16_add: half(F16, "add"),
  f16_sub: half(F16, "sub"),
  f16_mul: half(F16, "mul"),
  from_f16: {
    summary: "binary16 to float32",
    operands: ["f16"],
    result: "f32",
    error: "exact",
    build: buildFromF16,
    evaluate: (x) => x,
  },
  to_f16: {
    summary: "float32 to binary16, to nearest even, subnormals included",
    operands: ["f32"],
    result: "f16",
    error: "exact",
    build: buildToF16,
    evaluate: roundF16,
  },
  scale2: {
    summary: "x * 2^k, flushed below the normal range, infinite above it",
    operands: ["f32", "i32"],
    result: "f32",
    error: "exact",
    build: buildScale2,
    evaluate: scale2F32,
  },
  exponent: {
    summary: "the unbiased exponent: -127 for zero, 128 for infinity and NaN",
    operands: ["f32"],
    result: "i32",
    error: "exact",
    build: buildExponent,
    evaluate: exponentF32,
  },
  recip: {
    summary: "1 / x by 128 quadratics; zeros give infinities and back",
    operands: ["f32"],
    result: "f32",
    error: { maxUlp: 0.77 },
    build: buildRecip,
    evaluate: recipF32,
  },
  rsqrt: {
    summary: "1 / sqrt(x) by 256 quadratics; zeros give infinities, negative numbers NaN",
    operands: ["f32"],
    result: "f32",
    error: { maxUlp: 0.63 },
    build: buildRsqrt,
    evaluate: rsqrtF32,
  },
  exp: {
    summary: "e^x by 64 quadratics; +infinity above the range, +0 below it",
    operands: ["f32"],
    result: "f32",
    error: { maxUlp: 0.76 },
    build: buildExp,
    evaluate: expF32,
  },
} as const satisfies Readonly<Record<string, FloatPrimitive>>;

/** The name of a primitive. */
export type FloatPrimitiveName = keyof typeof FLOAT_PRIMITIVES;

function fromSigned(type: "i8" | "i16" | "i32" | "i40"): FloatPrimitive {
  return {
    summary: `a signed ${type} as float32, to nearest even`,
    operands: [type],
    result: "f32",
    error: "exact",
    build: buildFromSigned,
    evaluate: signedToF32,
  };
}

function half(format: HalfFormat, operation: "add" | "sub" | "mul"): FloatPrimitive {
  const { name } = format;
  const { build, evaluate } = halfOperations(format)[operation];
  return {
    summary: `${operation} of two ${name} words`,
    operands: [name, name],
    result: name,
    error: "exact",
    build,
    evaluate,
  };
}

function toSigned(type: "i8" | "i16" | "i32"): FloatPrimitive {
  const width = scalarWidth(type);
  return {
    summary: `float32 to signed ${type}: ties to even, saturating, NaN to 0`,
    operands: ["f32"],
    result: type,
    error: "exact",
    build: (o, x) => buildToSigned(o, x, width),
    evaluate: (x) => f32ToSigned(x, width),
  };
}
