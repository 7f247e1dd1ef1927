import type { Builder } from "../../core/builder.ts";
import type { OpDefinition } from "../../core/op-definition.ts";
import { Operation, type Value } from "../../core/operation.ts";
import { intType } from "../../core/type.ts";
import { CompilerBug } from "../../support/bug.ts";
import type { Span } from "../../support/diagnostics.ts";
import { HwConstantOp } from "../hw/ops.ts";
import {
  CombAddOp,
  CombAndOp,
  CombConcatOp,
  CombExtractOp,
  CombIcmpOp,
  CombMulOp,
  CombMuxOp,
  CombOrOp,
  CombReplicateOp,
  CombShlOp,
  CombShrsOp,
  CombShruOp,
  CombSubOp,
  CombXorOp,
  ICMP_PREDICATES,
  type IcmpPredicate,
} from "./ops.ts";

function binary(definition: OpDefinition, lhs: Value, rhs: Value, span: Span): Operation {
  return new Operation({ name: definition.name, operands: [lhs, rhs], resultTypes: [lhs.type], span });
}

/** Writes combinational logic: one method per operation of `comb`; constants are made once. */
export class CombBuilder {
  readonly name: string;
  protected readonly builder: Builder;
  readonly #constants = new Map<string, Value>();

  constructor(name: string, builder: Builder) {
    this.name = name;
    this.builder = builder;
  }

  /** The span given to operations made from here on: where in the source they come from. */
  set span(span: Span) {
    this.builder.span = span;
  }

  constant(value: bigint | number, width: number): Value {
    const bits = BigInt.asUintN(width, BigInt(value));
    const key = `${String(width)}:${String(bits)}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    const type = intType(width);
    const op = HwConstantOp.create({
      operands: {},
      attrs: { value: { kind: "int", value: bits, type } },
      resultTypes: [type],
      span: this.builder.span,
    });
    const made = this.builder.value(op);
    this.#constants.set(key, made);
    return made;
  }

  add(a: Value, b: Value): Value {
    return this.#binary(CombAddOp, a, b);
  }
  sub(a: Value, b: Value): Value {
    return this.#binary(CombSubOp, a, b);
  }
  mul(a: Value, b: Value): Value {
    return this.#binary(CombMulOp, a, b);
  }
  and(a: Value, ...rest: readonly Value[]): Value {
    return rest.reduce((x, y) => this.#binary(CombAndOp, x, y), a);
  }
  or(a: Value, ...rest: readonly Value[]): Value {
    return rest.reduce((x, y) => this.#binary(CombOrOp, x, y), a);
  }
  xor(a: Value, b: Value): Value {
    return this.#binary(CombXorOp, a, b);
  }
  shl(a: Value, b: Value): Value {
    return this.#binary(CombShlOp, a, b);
  }
  shru(a: Value, b: Value): Value {
    return this.#binary(CombShruOp, a, b);
  }
  shrs(a: Value, b: Value): Value {
    return this.#binary(CombShrsOp, a, b);
  }
  not(a: Value): Value {
    return this.xor(a, this.constant(-1n, widthOf(a)));
  }

  icmp(predicate: IcmpPredicate, a: Value, b: Value): Value {
    sameWidth(predicate, a, b);
    return this.builder.value(
      CombIcmpOp.create({
        operands: { lhs: a, rhs: b },
        attrs: { predicate: ICMP_PREDICATES.indexOf(predicate) },
        resultTypes: [intType(1)],
        span: this.builder.span,
      }),
    );
  }

  /** `value == number`. */
  equals(value: Value, number: number | bigint): Value {
    return this.icmp("eq", value, this.constant(number, widthOf(value)));
  }

  mux(condition: Value, whenTrue: Value, whenFalse: Value): Value {
    sameWidth("mux", whenTrue, whenFalse);
    if (widthOf(condition) !== 1)
      throw new CompilerBug(`a mux condition has ${String(widthOf(condition))} bits in ${this.name}`);
    return this.builder.value(
      CombMuxOp.create({
        operands: { condition, whenTrue, whenFalse },
        attrs: {},
        resultTypes: [whenTrue.type],
        span: this.builder.span,
      }),
    );
  }

  extract(input: Value, lowBit: number, width: number): Value {
    if (lowBit === 0 && width === widthOf(input)) return input;
    if (lowBit < 0 || width < 1 || lowBit + width > widthOf(input))
      throw new CompilerBug(
        `bits ${String(lowBit)}+${String(width)} are outside i${String(widthOf(input))} in ${this.name}`,
      );
    return this.builder.value(
      CombExtractOp.create({
        operands: { input },
        attrs: { lowBit },
        resultTypes: [intType(width)],
        span: this.builder.span,
      }),
    );
  }

  /** Concatenation, the first on top. */
  concat(...highFirst: readonly Value[]): Value {
    const [only] = highFirst;
    if (highFirst.length === 1 && only !== undefined) return only;
    const width = highFirst.reduce((sum, value) => sum + widthOf(value), 0);
    return this.builder.value(
      CombConcatOp.create({
        operands: {},
        rest: highFirst,
        attrs: {},
        resultTypes: [intType(width)],
        span: this.builder.span,
      }),
    );
  }

  replicate(input: Value, times: number): Value {
    if (times === 1) return input;
    return this.builder.value(
      CombReplicateOp.create({
        operands: { input },
        attrs: {},
        resultTypes: [intType(widthOf(input) * times)],
        span: this.builder.span,
      }),
    );
  }

  /** Zero-extends or truncates. */
  resize(input: Value, width: number): Value {
    const from = widthOf(input);
    return width <= from ? this.extract(input, 0, width) : this.concat(this.constant(0, width - from), input);
  }

  /** Sign-extends or truncates. */
  resizeSigned(input: Value, width: number): Value {
    const from = widthOf(input);
    return width <= from
      ? this.extract(input, 0, width)
      : this.concat(this.replicate(this.extract(input, from - 1, 1), width - from), input);
  }

  #binary(definition: OpDefinition, a: Value, b: Value): Value {
    sameWidth(definition.name, a, b);
    return this.builder.value(binary(definition, a, b, this.builder.span));
  }
}

/** The width of a hardware value in bits; a clock has none. */
export function widthOf(value: Value): number {
  if (value.type.kind !== "int") throw new CompilerBug(`a ${value.type.kind} has no width`);
  return value.type.width;
}

/** Operands of one operation have one width; anything else is a bug of the caller. */
export function sameWidth(what: string, a: Value, b: Value): void {
  if (widthOf(a) !== widthOf(b))
    throw new CompilerBug(`${what} of i${String(widthOf(a))} and i${String(widthOf(b))}`);
}
