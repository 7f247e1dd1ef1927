import { Builder } from "../../core/builder.ts";
import type { OpDefinition } from "../../core/op-definition.ts";
import { Operation, type Value } from "../../core/operation.ts";
import {
  f32,
  i1,
  i32,
  indexType,
  intType,
  type ScalarType,
  type Type,
  type VectorType,
  vectorType,
} from "../../core/type.ts";
import { CompilerBug } from "../../support/bug.ts";
import * as arith from "../arith/ops.ts";
import { ICMP_PREDICATES, type IcmpPredicate } from "../comb/ops.ts";
import {
  FxAbsOp,
  FxExpOp,
  FxExponentOp,
  FxMulBf16Op,
  FxRecipOp,
  FxRsqrtOp,
  FxScale2Op,
  FxToBf16Op,
  FxToIntOp,
} from "../fx/ops.ts";
import { MathSqrtOp } from "../math/ops.ts";
import { VectorBitcastOp, VectorExtractOp, VectorFromElementsOp } from "../vector/ops.ts";

/** Writes straight-line arithmetic: one method per operation of `arith`, `fx` and `vector`. */
export class ScalarBuilder extends Builder {
  constant(value: number | bigint, type: Type): Value {
    const attribute =
      type.kind === "float"
        ? ({ kind: "float", value: Number(value), type } as const)
        : ({ kind: "int", value: BigInt(value), type } as const);
    return this.value(
      arith.ArithConstantOp.create({
        operands: {},
        attrs: { value: attribute },
        resultTypes: [type],
        span: this.span,
      }),
    );
  }
  float(value: number): Value {
    return this.constant(Math.fround(value), f32);
  }
  int(value: number | bigint, width = 32): Value {
    return this.constant(value, intType(width));
  }
  index(value: number): Value {
    return this.constant(value, indexType);
  }

  addi(a: Value, b: Value): Value {
    return this.#binary(arith.ArithAddIOp, a, b);
  }
  subi(a: Value, b: Value): Value {
    return this.#binary(arith.ArithSubIOp, a, b);
  }
  muli(a: Value, b: Value): Value {
    return this.#binary(arith.ArithMulIOp, a, b);
  }
  andi(a: Value, b: Value): Value {
    return this.#binary(arith.ArithAndIOp, a, b);
  }
  ori(a: Value, b: Value): Value {
    return this.#binary(arith.ArithOrIOp, a, b);
  }
  xori(a: Value, b: Value): Value {
    return this.#binary(arith.ArithXorIOp, a, b);
  }
  shli(a: Value, b: Value): Value {
    return this.#binary(arith.ArithShlIOp, a, b);
  }
  shrui(a: Value, b: Value): Value {
    return this.#binary(arith.ArithShrUIOp, a, b);
  }
  shrsi(a: Value, b: Value): Value {
    return this.#binary(arith.ArithShrSIOp, a, b);
  }
  maxsi(a: Value, b: Value): Value {
    return this.#binary(arith.ArithMaxSIOp, a, b);
  }
  minsi(a: Value, b: Value): Value {
    return this.#binary(arith.ArithMinSIOp, a, b);
  }
  addf(a: Value, b: Value): Value {
    return this.#binary(arith.ArithAddFOp, a, b);
  }
  subf(a: Value, b: Value): Value {
    return this.#binary(arith.ArithSubFOp, a, b);
  }
  mulf(a: Value, b: Value): Value {
    return this.#binary(arith.ArithMulFOp, a, b);
  }
  divf(a: Value, b: Value): Value {
    return this.#binary(arith.ArithDivFOp, a, b);
  }
  maxf(a: Value, b: Value): Value {
    return this.#binary(arith.ArithMaximumFOp, a, b);
  }
  negf(operand: Value): Value {
    return this.value(
      arith.ArithNegFOp.create({
        operands: { operand },
        attrs: {},
        resultTypes: [operand.type],
        span: this.span,
      }),
    );
  }
  abs(operand: Value): Value {
    return this.#unary(FxAbsOp, operand);
  }
  exp(operand: Value): Value {
    return this.#unary(FxExpOp, operand);
  }
  sqrt(operand: Value): Value {
    return this.#unary(MathSqrtOp, operand);
  }
  recip(operand: Value): Value {
    return this.#unary(FxRecipOp, operand);
  }
  rsqrt(operand: Value): Value {
    return this.#unary(FxRsqrtOp, operand);
  }
  /** Float to a signed integer of `width` bits, round half to even, saturating. */
  toInt(operand: Value, width: number): Value {
    return this.value(
      FxToIntOp.create({ operands: { operand }, attrs: {}, resultTypes: [intType(width)], span: this.span }),
    );
  }
  scale2(operand: Value, exponent: Value): Value {
    return this.value(
      FxScale2Op.create({
        operands: { operand, exponent },
        attrs: {},
        resultTypes: [operand.type],
        span: this.span,
      }),
    );
  }
  exponent(operand: Value): Value {
    return this.value(
      FxExponentOp.create({ operands: { operand }, attrs: {}, resultTypes: [i32], span: this.span }),
    );
  }
  /** The product of two bfloat16 words (i16) as f32. */
  mulBf16(lhs: Value, rhs: Value): Value {
    return this.value(
      FxMulBf16Op.create({ operands: { lhs, rhs }, attrs: {}, resultTypes: [f32], span: this.span }),
    );
  }
  /** f32 to a bfloat16 word (i16). */
  toBf16(operand: Value): Value {
    return this.value(
      FxToBf16Op.create({ operands: { operand }, attrs: {}, resultTypes: [intType(16)], span: this.span }),
    );
  }
  toFloat(integer: Value): Value {
    return this.#cast(arith.ArithSIToFPOp, integer, f32);
  }
  extsi(value: Value, width: number): Value {
    return this.#cast(arith.ArithExtSIOp, value, intType(width));
  }
  extui(value: Value, width: number): Value {
    return this.#cast(arith.ArithExtUIOp, value, intType(width));
  }
  trunci(value: Value, width: number): Value {
    return this.#cast(arith.ArithTruncIOp, value, intType(width));
  }
  bitcast(value: Value, type: Type): Value {
    return this.#cast(arith.ArithBitcastOp, value, type);
  }
  /** Between index and integer, both read as unsigned. */
  indexCast(value: Value, type: Type): Value {
    return this.#cast(arith.ArithIndexCastUIOp, value, type);
  }
  cmpi(predicate: IcmpPredicate, lhs: Value, rhs: Value): Value {
    return this.value(
      arith.ArithCmpIOp.create({
        operands: { lhs, rhs },
        attrs: { predicate: ICMP_PREDICATES.indexOf(predicate) },
        resultTypes: [i1],
        span: this.span,
      }),
    );
  }
  cmpf(predicate: arith.CmpfPredicate, lhs: Value, rhs: Value): Value {
    return this.value(
      arith.ArithCmpFOp.create({
        operands: { lhs, rhs },
        attrs: { predicate: arith.CMPF_PREDICATES.indexOf(predicate) },
        resultTypes: [i1],
        span: this.span,
      }),
    );
  }
  /** `counter == number` */
  equals(value: Value, number: number): Value {
    return this.cmpi("eq", value, this.constant(number, value.type));
  }
  select(condition: Value, whenTrue: Value, whenFalse: Value): Value {
    return this.value(
      arith.ArithSelectOp.create({
        operands: { condition, whenTrue, whenFalse },
        attrs: {},
        resultTypes: [whenTrue.type],
        span: this.span,
      }),
    );
  }

  // ---- vectors
  lane(vector: Value, lane: number): Value {
    return this.value(
      VectorExtractOp.create({
        operands: { vector },
        attrs: { static_position: [lane] },
        resultTypes: [vectorOf(vector).element],
        span: this.span,
      }),
    );
  }
  lanes(vector: Value): readonly Value[] {
    return Array.from({ length: vectorOf(vector).lanes }, (_, lane) => this.lane(vector, lane));
  }
  vector(elements: readonly Value[], element: ScalarType): Value {
    return this.value(
      VectorFromElementsOp.create({
        operands: {},
        rest: elements,
        attrs: {},
        resultTypes: [vectorType(elements.length, element)],
        span: this.span,
      }),
    );
  }
  vectorCast(source: Value, type: VectorType): Value {
    return this.value(
      VectorBitcastOp.create({ operands: { source }, attrs: {}, resultTypes: [type], span: this.span }),
    );
  }

  #binary(definition: OpDefinition, a: Value, b: Value): Value {
    return this.value(
      new Operation({ name: definition.name, operands: [a, b], resultTypes: [a.type], span: this.span }),
    );
  }
  #unary(definition: OpDefinition, operand: Value): Value {
    return this.value(
      new Operation({
        name: definition.name,
        operands: [operand],
        resultTypes: [operand.type],
        span: this.span,
      }),
    );
  }
  #cast(definition: OpDefinition, value: Value, type: Type): Value {
    return this.value(
      new Operation({ name: definition.name, operands: [value], resultTypes: [type], span: this.span }),
    );
  }
}

function vectorOf(value: Value): VectorType {
  if (value.type.kind !== "vector") throw new CompilerBug(`a ${value.type.kind} has no lanes`);
  return value.type;
}
