import { affineBinary, affineConstant, constantMap, dim, identityMapOf, symbol, type AffineExpr, type AffineMap } from "../../core/affine.ts";
import { Builder } from "../../core/builder.ts";
import { Block, Operation, Region, type Value } from "../../core/operation.ts";
import type { OpDefinition } from "../../core/op-definition.ts";
import { f32, indexType, i1, i32, intType, memrefType, vectorType, type ElementType, type ScalarType, type Type, type VectorType } from "../../core/type.ts";
import { CompilerBug, present } from "../../support/bug.ts";
import { AffineApplyOp, AffineForOp, AffineLoadOp, AffineStoreOp, AffineYieldOp } from "../affine/ops.ts";
import * as arith from "../arith/ops.ts";
import { ICMP_PREDICATES, type IcmpPredicate } from "../comb/ops.ts";
import { ReadOp, WriteOp } from "../dataflow/ops.ts";
import { FxAbsOp, FxExpOp, FxExponentOp, FxRecipOp, FxRsqrtOp, FxScale2Op, FxToIntOp } from "../fx/ops.ts";
import { MemRefAllocOp } from "../memref/ops.ts";
import { ScfIfOp, ScfYieldOp } from "../scf/ops.ts";
import { VectorBitcastOp, VectorExtractOp, VectorFromElementsOp } from "../vector/ops.ts";

/** A subscript or bound: a value, a number, or a sum of a value times a factor and an offset. */
export type Subscript = Value | number | { readonly terms: readonly (readonly [Value, number])[]; readonly offset: number };

/** Options of a loop. */
export interface LoopOptions {
  /** Upper bound: a number, or a command field with `maxTrip`. */
  readonly to: number | Value;
  readonly from?: number;
  readonly step?: number;
  readonly maxTrip?: number;
  readonly unroll?: number;
}

/** Options of a local array. */
export interface ArrayOptions {
  readonly storage?: "reg" | "lut" | "block";
}

/** Writes loop nests: one method per operation, insertion point kept by nesting functions. */
export class LoopBuilder extends Builder {
  /** Integers that bound loops, as indices. */
  readonly #bounds = new Map<Value, Value>();

  // ---- structure
  /** `affine.for`; `body` gets the counter. */
  loop(name: string, options: LoopOptions, body: (counter: Value) => void): void {
    const symbolic = typeof options.to !== "number";
    const upper: AffineMap = typeof options.to === "number" ? constantMap(options.to) : { dims: 0, symbols: 1, results: [symbol(0)] };
    const block = new Block([indexType], [name]);
    this.insert(AffineForOp.create({
      operands: {}, rest: typeof options.to === "number" ? [] : [this.#bound(options.to)], span: this.span, regions: [new Region(block)],
      attrs: {
        lowerBound: constantMap(options.from ?? 0), upperBound: upper, step: options.step ?? 1, unroll: options.unroll,
        max_trip: symbolic ? options.maxTrip : undefined, dim: name,
      },
    }));
    this.within(block, () => {
      const [counter] = block.args;
      if (counter === undefined) throw new CompilerBug("a loop has no counter");
      body(counter);
      this.insert(AffineYieldOp.create({ operands: {}, attrs: {}, span: this.span }));
    });
  }

  /**
   * An integer as the bound of a loop: cast to an index once, right behind its definition, so that it is a symbol of the
   * affine loops below (MLIR wants symbols at the top level of a function).
   */
  #bound(value: Value): Value {
    const known = value.type.kind === "index" ? value : this.#bounds.get(value);
    if (known !== undefined) return known;
    const cast = arith.ArithIndexCastOp.create({ operands: { in: value }, attrs: {}, resultTypes: [indexType], span: this.span });
    const block = value.owner instanceof Block ? value.owner : present(value.owner.parent, "the block of a loop's bound");
    block.insert(cast, value.producer === undefined ? 0 : block.ops.indexOf(value.producer) + 1);
    cast.result.hint = value.hint;
    this.#bounds.set(value, cast.result);
    return cast.result;
  }

  /** `scf.if` without results. */
  when(condition: Value, body: () => void): void {
    this.#conditional(condition, [], () => { body(); return []; }, () => []);
  }

  /** `scf.if` with results. */
  choose(condition: Value, types: readonly Type[], whenTrue: () => readonly Value[], whenFalse: () => readonly Value[]): readonly Value[] {
    return this.#conditional(condition, types, whenTrue, whenFalse).results;
  }

  #conditional(condition: Value, types: readonly Type[], whenTrue: () => readonly Value[], whenFalse: () => readonly Value[]): Operation {
    const branch = (body: () => readonly Value[]): Region => {
      const block = new Block();
      this.within(block, () => { this.insert(ScfYieldOp.create({ operands: {}, rest: body(), attrs: {}, span: this.span })); });
      return new Region(block);
    };
    const regions = [branch(whenTrue), branch(whenFalse)];
    return this.insert(ScfIfOp.create({ operands: { condition }, resultTypes: types, attrs: {}, regions, span: this.span }));
  }

  // ---- memory and streams
  /** A local array of the kernel; rank 0 is a scalar that iterations hand on. */
  array(name: string, shape: readonly number[], element: ElementType, options: ArrayOptions = {}): Value {
    return this.value(MemRefAllocOp.create({ operands: {}, attrs: { name, storage: options.storage, partition: undefined }, resultTypes: [memrefType(shape, element)], span: this.span }), name);
  }
  load(memref: Value, ...subscripts: readonly Subscript[]): Value {
    const { map, operands } = subscriptMap(subscripts);
    if (memref.type.kind !== "memref") throw new CompilerBug(`a ${memref.type.kind} is loaded from`);
    return this.value(AffineLoadOp.create({ operands: { memref }, rest: operands, attrs: { map }, resultTypes: [memref.type.element], span: this.span }));
  }
  store(value: Value, memref: Value, ...subscripts: readonly Subscript[]): void {
    const { map, operands } = subscriptMap(subscripts);
    this.insert(AffineStoreOp.create({ operands: { value, memref }, rest: operands, attrs: { map }, span: this.span }));
  }
  /** Takes the next element; a bundle gives one value per field. */
  readFields(stream: Value): readonly Value[] {
    if (stream.type.kind !== "stream") throw new CompilerBug(`a ${stream.type.kind} is read as a stream`);
    const { element } = stream.type;
    const types: readonly Type[] = element.kind === "bundle" ? element.fields : element.kind === "token" ? [] : [element];
    return this.insert(ReadOp.create({ operands: { stream }, resultTypes: types, attrs: {}, span: this.span })).results;
  }
  read(stream: Value): Value {
    const [value] = this.readFields(stream);
    if (value === undefined) throw new CompilerBug("a token stream has no value");
    return value;
  }
  write(stream: Value, ...values: readonly Value[]): void {
    this.insert(WriteOp.create({ operands: { stream }, rest: values, attrs: {}, span: this.span }));
  }

  // ---- scalars
  constant(value: number | bigint, type: Type): Value {
    const attribute = type.kind === "float" ? { kind: "float", value: Number(value), type } as const : { kind: "int", value: BigInt(value), type } as const;
    return this.value(arith.ArithConstantOp.create({ operands: {}, attrs: { value: attribute }, resultTypes: [type], span: this.span }));
  }
  float(value: number): Value { return this.constant(Math.fround(value), f32); }
  int(value: number | bigint, width = 32): Value { return this.constant(value, intType(width)); }
  index(value: number): Value { return this.constant(value, indexType); }

  addi(a: Value, b: Value): Value { return this.#binary(arith.ArithAddIOp, a, b); }
  subi(a: Value, b: Value): Value { return this.#binary(arith.ArithSubIOp, a, b); }
  muli(a: Value, b: Value): Value { return this.#binary(arith.ArithMulIOp, a, b); }
  andi(a: Value, b: Value): Value { return this.#binary(arith.ArithAndIOp, a, b); }
  ori(a: Value, b: Value): Value { return this.#binary(arith.ArithOrIOp, a, b); }
  xori(a: Value, b: Value): Value { return this.#binary(arith.ArithXorIOp, a, b); }
  shli(a: Value, b: Value): Value { return this.#binary(arith.ArithShlIOp, a, b); }
  shrui(a: Value, b: Value): Value { return this.#binary(arith.ArithShrUIOp, a, b); }
  shrsi(a: Value, b: Value): Value { return this.#binary(arith.ArithShrSIOp, a, b); }
  maxsi(a: Value, b: Value): Value { return this.#binary(arith.ArithMaxSIOp, a, b); }
  minsi(a: Value, b: Value): Value { return this.#binary(arith.ArithMinSIOp, a, b); }
  addf(a: Value, b: Value): Value { return this.#binary(arith.ArithAddFOp, a, b); }
  subf(a: Value, b: Value): Value { return this.#binary(arith.ArithSubFOp, a, b); }
  mulf(a: Value, b: Value): Value { return this.#binary(arith.ArithMulFOp, a, b); }
  maxf(a: Value, b: Value): Value { return this.#binary(arith.ArithMaximumFOp, a, b); }
  negf(operand: Value): Value { return this.value(arith.ArithNegFOp.create({ operands: { operand }, attrs: {}, resultTypes: [operand.type], span: this.span })); }
  abs(operand: Value): Value { return this.#unary(FxAbsOp, operand); }
  exp(operand: Value): Value { return this.#unary(FxExpOp, operand); }
  recip(operand: Value): Value { return this.#unary(FxRecipOp, operand); }
  rsqrt(operand: Value): Value { return this.#unary(FxRsqrtOp, operand); }
  /** Float to a signed integer of `width` bits, round half to even, saturating. */
  toInt(operand: Value, width: number): Value { return this.value(FxToIntOp.create({ operands: { operand }, attrs: {}, resultTypes: [intType(width)], span: this.span })); }
  scale2(operand: Value, exponent: Value): Value { return this.value(FxScale2Op.create({ operands: { operand, exponent }, attrs: {}, resultTypes: [operand.type], span: this.span })); }
  exponent(operand: Value): Value { return this.value(FxExponentOp.create({ operands: { operand }, attrs: {}, resultTypes: [i32], span: this.span })); }
  toFloat(integer: Value): Value { return this.#cast(arith.ArithSIToFPOp, integer, f32); }
  extsi(value: Value, width: number): Value { return this.#cast(arith.ArithExtSIOp, value, intType(width)); }
  extui(value: Value, width: number): Value { return this.#cast(arith.ArithExtUIOp, value, intType(width)); }
  trunci(value: Value, width: number): Value { return this.#cast(arith.ArithTruncIOp, value, intType(width)); }
  bitcast(value: Value, type: Type): Value { return this.#cast(arith.ArithBitcastOp, value, type); }
  /** Between index and integer, both read as unsigned. */
  indexCast(value: Value, type: Type): Value { return this.#cast(arith.ArithIndexCastUIOp, value, type); }
  cmpi(predicate: IcmpPredicate, lhs: Value, rhs: Value): Value {
    return this.value(arith.ArithCmpIOp.create({ operands: { lhs, rhs }, attrs: { predicate: ICMP_PREDICATES.indexOf(predicate) }, resultTypes: [i1], span: this.span }));
  }
  cmpf(predicate: arith.CmpfPredicate, lhs: Value, rhs: Value): Value {
    return this.value(arith.ArithCmpFOp.create({ operands: { lhs, rhs }, attrs: { predicate: arith.CMPF_PREDICATES.indexOf(predicate) }, resultTypes: [i1], span: this.span }));
  }
  /** `counter == number` */
  equals(value: Value, number: number): Value { return this.cmpi("eq", value, this.constant(number, value.type)); }
  select(condition: Value, whenTrue: Value, whenFalse: Value): Value {
    return this.value(arith.ArithSelectOp.create({ operands: { condition, whenTrue, whenFalse }, attrs: {}, resultTypes: [whenTrue.type], span: this.span }));
  }
  apply(subscript: Subscript): Value {
    const { map, operands } = subscriptMap([subscript]);
    return this.value(AffineApplyOp.create({ operands: {}, rest: operands, attrs: { map }, resultTypes: [indexType], span: this.span }));
  }

  // ---- vectors
  lane(vector: Value, lane: number): Value {
    return this.value(VectorExtractOp.create({ operands: { vector }, attrs: { static_position: [lane] }, resultTypes: [vectorOf(vector).element], span: this.span }));
  }
  lanes(vector: Value): readonly Value[] {
    return Array.from({ length: vectorOf(vector).lanes }, (_, lane) => this.lane(vector, lane));
  }
  vector(elements: readonly Value[], element: ScalarType): Value {
    return this.value(VectorFromElementsOp.create({ operands: {}, rest: elements, attrs: {}, resultTypes: [vectorType(elements.length, element)], span: this.span }));
  }
  vectorCast(source: Value, type: VectorType): Value {
    return this.value(VectorBitcastOp.create({ operands: { source }, attrs: {}, resultTypes: [type], span: this.span }));
  }

  #binary(definition: OpDefinition, a: Value, b: Value): Value {
    return this.value(new Operation({ name: definition.name, operands: [a, b], resultTypes: [a.type], span: this.span }));
  }
  #unary(definition: OpDefinition, operand: Value): Value {
    return this.value(new Operation({ name: definition.name, operands: [operand], resultTypes: [operand.type], span: this.span }));
  }
  #cast(definition: OpDefinition, value: Value, type: Type): Value {
    return this.value(new Operation({ name: definition.name, operands: [value], resultTypes: [type], span: this.span }));
  }
}

function vectorOf(value: Value): VectorType {
  if (value.type.kind !== "vector") throw new CompilerBug(`a ${value.type.kind} has no lanes`);
  return value.type;
}

/** Sum of values times factors plus an offset, as a subscript. */
export function affineSum(terms: readonly (readonly [Value, number])[], offset = 0): Subscript {
  return { terms, offset };
}

function subscriptMap(subscripts: readonly Subscript[]): { readonly map: AffineMap; readonly operands: readonly Value[] } {
  const operands: Value[] = [];
  const dimOf = (value: Value): AffineExpr => {
    let position = operands.indexOf(value);
    if (position < 0) position = operands.push(value) - 1;
    return dim(position);
  };
  const results = subscripts.map((subscript): AffineExpr => {
    if (typeof subscript === "number") return affineConstant(subscript);
    if (!("terms" in subscript)) return dimOf(subscript);
    const sum = subscript.terms.reduce<AffineExpr>(
      (partial, [value, factor]) => affineBinary("+", partial, affineBinary("*", dimOf(value), affineConstant(factor))),
      affineConstant(0),
    );
    return affineBinary("+", sum, affineConstant(subscript.offset));
  });
  return { map: { ...identityMapOf(operands.length), results }, operands };
}
