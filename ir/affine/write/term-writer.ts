import { Block, Operation, Region, type Value } from "../../core/operation.ts";
import { i1, indexType, printType } from "../../core/type.ts";
import { AffineApplyOp, AffineLoadOp, AffineStoreOp } from "../../dialects/affine/ops.ts";
import { LoopBuilder } from "../../dialects/loops/builder.ts";
import { ScfIfOp, ScfYieldOp } from "../../dialects/scf/ops.ts";
import { at, present } from "../../support/bug.ts";
import type { Span } from "../../support/diagnostics.ts";
import { mapOfSums } from "../model/affine-expr.ts";
import { constraintTerm } from "../model/build-term.ts";
import { type AffineSum, type Counter, sumConstant, type Variable } from "../model/sum.ts";
import {
  type Access,
  type Constraint,
  type Guard,
  loadsOf,
  type OperationTerm,
  type Term,
} from "../model/term.ts";
import { attributesKey } from "./share-terms.ts";

/** Writes terms as operations; what one block has computed is used again in it and in the branches inside. */
export class TermWriter {
  readonly builder: LoopBuilder;
  readonly #top: Block;
  /** Values of the old function (arguments, arrays) in the new one. */
  readonly #outside: ReadonlyMap<Value, Value>;
  readonly #counters = new Map<Counter, Value>();
  readonly #constants = new Map<string, Value>();
  readonly #loaded = new Map<Term, ReadonlySet<Value>>();
  /** What the bodies around the loop that is being written have computed. */
  readonly #suspended: Map<Term, Value>[] = [];
  #scopes: Map<Term, Value>[] = [new Map<Term, Value>()];

  constructor(top: Block, outside: ReadonlyMap<Value, Value>, span: Span) {
    this.builder = new LoopBuilder(top, span);
    this.#top = top;
    this.#outside = outside;
  }

  /** Writes the body of a loop, which knows nothing of what was computed outside. */
  inLoop(block: Block, counter: Counter, body: () => void): void {
    const outer = this.#scopes;
    this.#suspended.push(...outer);
    this.#scopes = [new Map<Term, Value>()];
    this.#counters.set(counter, at(block.args, 0));
    this.builder.within(block, body);
    this.#scopes = outer;
    this.#suspended.splice(this.#suspended.length - outer.length);
  }

  /** Writes a branch. */
  inBranch(body: () => readonly Value[]): Region {
    const block = new Block();
    this.#scopes.push(new Map());
    this.builder.within(block, () => {
      const rest = body();
      this.builder.insert(ScfYieldOp.create({ operands: {}, rest, attrs: {}, span: this.builder.span }));
    });
    this.#scopes.pop();
    return new Region(block);
  }

  /** The value that stands for an argument or array of the old function. */
  outside(value: Value): Value {
    return present(this.#outside.get(value), "an outside value");
  }

  value(term: Term): Value {
    for (const scope of this.#scopes) {
      const known = scope.get(term);
      if (known !== undefined) return known;
    }
    const made = this.#make(term);
    at(this.#scopes, this.#scopes.length - 1).set(term, made);
    return made;
  }

  #make(term: Term): Value {
    switch (term.kind) {
      case "value":
        return this.outside(term.value);
      case "index":
        return this.index(term.sum);
      case "load": {
        const { map, operands } = this.map(term.access.subscripts);
        return this.builder.value(
          AffineLoadOp.create({
            operands: { memref: this.outside(term.access.array) },
            rest: operands,
            attrs: { map },
            resultTypes: [term.type],
            span: term.span,
          }),
        );
      }
      case "operation":
        return this.#operation(term);
      case "choose":
        return this.#choose(term);
    }
  }

  #operation(term: OperationTerm): Value {
    const operands = term.operands.map((operand) => this.value(operand));
    const { name, attributes, span } = term;
    const make = (): Operation =>
      new Operation({ name, operands, attributes, resultTypes: [term.type], span });
    return operands.length > 0 ? this.builder.value(make()) : this.#constant(make());
  }

  /** A constant at the top of the function, once for each value. */
  #constant(op: Operation): Value {
    const key = `${op.name} ${printType(op.result.type)} ${attributesKey(op.attributes)}`;
    const known = this.#constants.get(key);
    if (known !== undefined) return known;
    this.#top.insert(op, this.#constants.size);
    this.#constants.set(key, op.result);
    return op.result;
  }

  #choose(term: Extract<Term, { readonly kind: "choose" }>): Value {
    const condition = this.value(term.condition);
    const regions = [term.whenTrue, term.whenFalse].map((branch) =>
      this.inBranch(() => [this.value(branch)]),
    );
    return this.builder.value(
      ScfIfOp.create({
        operands: { condition },
        resultTypes: [term.type],
        attrs: {},
        regions,
        span: term.span,
      }),
    );
  }

  /** An affine index as a value. */
  index(sum: AffineSum): Value {
    const constant = sumConstant(sum);
    if (constant !== undefined) return this.#indexConstant(constant);
    const [only] = sum.terms;
    if (sum.terms.size === 1 && sum.constant === 0 && only?.[1] === 1 && only[0].kind !== "quotient")
      return this.#variable(only[0]);
    const { map, operands } = this.map([sum]);
    return this.builder.value(
      AffineApplyOp.create({
        operands: {},
        rest: operands,
        attrs: { map },
        resultTypes: [indexType],
        span: this.builder.span,
      }),
    );
  }

  #indexConstant(value: number): Value {
    return this.#constant(
      new Operation({
        name: "arith.constant",
        resultTypes: [indexType],
        attributes: { value: { kind: "int", value: BigInt(value), type: indexType } },
        span: this.builder.span,
      }),
    );
  }

  #variable(variable: Exclude<Variable, { readonly kind: "quotient" }>): Value {
    if (variable.kind === "opaque") return this.value(variable.term);
    return present(this.#counters.get(variable), `the counter ${variable.name} in scope`);
  }

  /** Sums as a map with its operands. */
  map(sums: readonly AffineSum[]): ReturnType<typeof mapOfSums> {
    return mapOfSums(sums, (variable) => this.#variable(variable));
  }

  store(target: Access, value: Term, span: Span): void {
    const { map, operands } = this.map(target.subscripts);
    const stored = this.value(value);
    this.builder.insert(
      AffineStoreOp.create({
        operands: { value: stored, memref: this.outside(target.array) },
        rest: operands,
        attrs: { map },
        span,
      }),
    );
    this.#forget(target.array);
  }

  /** What was loaded from an array is not valid behind a store to it. */
  #forget(array: Value): void {
    for (const scope of [...this.#scopes, ...this.#suspended])
      for (const term of [...scope.keys()]) if (this.#loadedBy(term).has(array)) scope.delete(term);
  }

  #loadedBy(term: Term): ReadonlySet<Value> {
    const known = this.#loaded.get(term);
    if (known !== undefined) return known;
    const made = new Set(loadsOf([term]).map(({ access }) => access.array));
    this.#loaded.set(term, made);
    return made;
  }

  /** The condition of a guard as a value. */
  condition(guard: Guard): Value {
    if (guard.kind === "data") {
      const value = this.value(guard.condition);
      return guard.holds ? value : this.builder.xori(value, this.#trueConstant());
    }
    const [first, ...rest] = guard.constraints.map((constraint) => this.#constraint(constraint));
    if (first === undefined) return this.#trueConstant();
    return rest.reduce((all, next) => this.builder.andi(all, next), first);
  }

  #trueConstant(): Value {
    return this.#constant(
      new Operation({
        name: "arith.constant",
        resultTypes: [i1],
        attributes: { value: { kind: "int", value: 1n, type: i1 } },
        span: this.builder.span,
      }),
    );
  }

  #constraint(constraint: Constraint): Value {
    return this.value(constraintTerm(constraint, this.builder.span));
  }
}
