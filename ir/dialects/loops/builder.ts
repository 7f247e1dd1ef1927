import {
  type AffineExpr,
  type AffineMap,
  affineBinary,
  affineConstant,
  constantMap,
  dim,
  identityMapOf,
  symbol,
} from "../../core/affine.ts";
import { Block, type Operation, Region, type Value } from "../../core/operation.ts";
import { type ElementType, indexType, memrefType, type Type } from "../../core/type.ts";
import { CompilerBug, present } from "../../support/bug.ts";
import { AffineApplyOp, AffineForOp, AffineLoadOp, AffineStoreOp, AffineYieldOp } from "../affine/ops.ts";
import * as arith from "../arith/ops.ts";
import { ReadOp, WriteOp } from "../dataflow/ops.ts";
import { MemRefAllocOp } from "../memref/ops.ts";
import { ScfIfOp, ScfYieldOp } from "../scf/ops.ts";
import { ScalarBuilder } from "./scalar-builder.ts";

/** A subscript or bound: a value, a number, or a sum of a value times a factor and an offset. */
export type Subscript =
  | Value
  | number
  | { readonly terms: readonly (readonly [Value, number])[]; readonly offset: number };

/** Options of a loop. */
export interface LoopOptions {
  /** Upper bound: a number, or a command field with `maxTrip`. */
  readonly to: number | Value;
  readonly from?: number;
  readonly step?: number;
  readonly maxTrip?: number;
  readonly unroll?: number;
  /** An iteration begins every so many cycles at most: units are shared accordingly. */
  readonly ii?: number;
}

/** Options of a local array. */
export interface ArrayOptions {
  readonly storage?: "reg" | "lut" | "block";
}

/** Writes loop nests: one method per operation, insertion point kept by nesting functions. */
export class LoopBuilder extends ScalarBuilder {
  /** Integers that bound loops, as indices. */
  readonly #bounds = new Map<Value, Value>();

  // ---- structure
  /** `affine.for`; `body` gets the counter. */
  loop(name: string, options: LoopOptions, body: (counter: Value) => void): void {
    const symbolic = typeof options.to !== "number";
    const upper: AffineMap =
      typeof options.to === "number"
        ? constantMap(options.to)
        : { dims: 0, symbols: 1, results: [symbol(0)] };
    const block = new Block([indexType], [name]);
    this.insert(
      AffineForOp.create({
        operands: {},
        rest: typeof options.to === "number" ? [] : [this.#bound(options.to)],
        span: this.span,
        regions: [new Region(block)],
        attrs: {
          lowerBound: constantMap(options.from ?? 0),
          upperBound: upper,
          step: options.step ?? 1,
          unroll: options.unroll,
          ii: options.ii,
          max_trip: symbolic ? options.maxTrip : undefined,
          dim: name,
        },
      }),
    );
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
    const cast = arith.ArithIndexCastOp.create({
      operands: { in: value },
      attrs: {},
      resultTypes: [indexType],
      span: this.span,
    });
    const block =
      value.owner instanceof Block ? value.owner : present(value.owner.parent, "the block of a loop's bound");
    block.insert(cast, value.producer === undefined ? 0 : block.ops.indexOf(value.producer) + 1);
    cast.result.hint = value.hint;
    this.#bounds.set(value, cast.result);
    return cast.result;
  }

  /** `scf.if` without results. */
  when(condition: Value, body: () => void): void {
    this.#conditional(
      condition,
      [],
      () => {
        body();
        return [];
      },
      () => [],
    );
  }

  /** `scf.if` with results. */
  choose(
    condition: Value,
    types: readonly Type[],
    whenTrue: () => readonly Value[],
    whenFalse: () => readonly Value[],
  ): readonly Value[] {
    return this.#conditional(condition, types, whenTrue, whenFalse).results;
  }

  #conditional(
    condition: Value,
    types: readonly Type[],
    whenTrue: () => readonly Value[],
    whenFalse: () => readonly Value[],
  ): Operation {
    const branch = (body: () => readonly Value[]): Region => {
      const block = new Block();
      this.within(block, () => {
        this.insert(ScfYieldOp.create({ operands: {}, rest: body(), attrs: {}, span: this.span }));
      });
      return new Region(block);
    };
    const regions = [branch(whenTrue), branch(whenFalse)];
    return this.insert(
      ScfIfOp.create({ operands: { condition }, resultTypes: types, attrs: {}, regions, span: this.span }),
    );
  }

  // ---- memory and streams
  /** A local array of the kernel; rank 0 is a scalar that iterations hand on. */
  array(name: string, shape: readonly number[], element: ElementType, options: ArrayOptions = {}): Value {
    return this.value(
      MemRefAllocOp.create({
        operands: {},
        attrs: { name, storage: options.storage, partition: undefined },
        resultTypes: [memrefType(shape, element)],
        span: this.span,
      }),
      name,
    );
  }
  load(memref: Value, ...subscripts: readonly Subscript[]): Value {
    const { map, operands } = subscriptMap(subscripts);
    if (memref.type.kind !== "memref") throw new CompilerBug(`a ${memref.type.kind} is loaded from`);
    return this.value(
      AffineLoadOp.create({
        operands: { memref },
        rest: operands,
        attrs: { map },
        resultTypes: [memref.type.element],
        span: this.span,
      }),
    );
  }
  store(value: Value, memref: Value, ...subscripts: readonly Subscript[]): void {
    const { map, operands } = subscriptMap(subscripts);
    this.insert(
      AffineStoreOp.create({ operands: { value, memref }, rest: operands, attrs: { map }, span: this.span }),
    );
  }
  /** Takes the next element; a bundle gives one value per field. */
  readFields(stream: Value): readonly Value[] {
    if (stream.type.kind !== "stream") throw new CompilerBug(`a ${stream.type.kind} is read as a stream`);
    const { element } = stream.type;
    const types: readonly Type[] =
      element.kind === "bundle" ? element.fields : element.kind === "token" ? [] : [element];
    return this.insert(
      ReadOp.create({ operands: { stream }, resultTypes: types, attrs: {}, span: this.span }),
    ).results;
  }
  read(stream: Value): Value {
    const [value] = this.readFields(stream);
    if (value === undefined) throw new CompilerBug("a token stream has no value");
    return value;
  }
  write(stream: Value, ...values: readonly Value[]): void {
    this.insert(WriteOp.create({ operands: { stream }, rest: values, attrs: {}, span: this.span }));
  }

  apply(subscript: Subscript): Value {
    const { map, operands } = subscriptMap([subscript]);
    return this.value(
      AffineApplyOp.create({
        operands: {},
        rest: operands,
        attrs: { map },
        resultTypes: [indexType],
        span: this.span,
      }),
    );
  }
}

/** Sum of values times factors plus an offset, as a subscript. */
export function affineSum(terms: readonly (readonly [Value, number])[], offset = 0): Subscript {
  return { terms, offset };
}

function subscriptMap(subscripts: readonly Subscript[]): {
  readonly map: AffineMap;
  readonly operands: readonly Value[];
} {
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
      (partial, [value, factor]) =>
        affineBinary("+", partial, affineBinary("*", dimOf(value), affineConstant(factor))),
      affineConstant(0),
    );
    return affineBinary("+", sum, affineConstant(subscript.offset));
  });
  return { map: { ...identityMapOf(operands.length), results }, operands };
}
