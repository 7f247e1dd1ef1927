import { at } from "../../ir/index.ts";
import { loadCell, storeCell } from "./array-access.ts";
import type { ConvertScope } from "./convert-scope.ts";
import type { ArrayLayout, KernelArray, Linear, NodeId } from "./node.ts";

interface Scalar {
  /** What the scalar held when the iteration began, once somebody asked. */
  initial: NodeId | undefined;
  /** What the iteration has made of it, and under which condition (undefined: in any case). */
  current: { readonly value: NodeId; readonly when: NodeId | undefined } | undefined;
}

/**
 * Accesses of arrays; local rank-0 arrays are followed through the iteration, so that each is
 * loaded and stored at most once whatever the program does with it.
 */
export class ScalarState {
  readonly #scope: ConvertScope;
  readonly #arrays: readonly KernelArray[];
  readonly #layouts: readonly ArrayLayout[];
  readonly #scalars = new Map<number, Scalar>();

  constructor(scope: ConvertScope, arrays: readonly KernelArray[], layouts: readonly ArrayLayout[]) {
    this.#scope = scope;
    this.#arrays = arrays;
    this.#layouts = layouts;
  }

  load(array: number, subscripts: readonly Linear[], width: number): NodeId {
    if (!this.#isScalar(array))
      return loadCell(this.#scope, { array, subscripts, layout: at(this.#layouts, array), width });
    const scalar = this.#scalar(array);
    const { current } = scalar;
    if (current?.when === undefined && current !== undefined) return current.value;
    const initial = this.#initial(scalar, array, width);
    return current?.when === undefined
      ? initial
      : this.#scope.builder.select(current.when, current.value, initial);
  }

  store(array: number, subscripts: readonly Linear[], value: NodeId): void {
    const { builder, predicate } = this.#scope;
    if (!this.#isScalar(array)) {
      storeCell(this.#scope, { array, subscripts, layout: at(this.#layouts, array), width: 0 }, value);
      return;
    }
    const scalar = this.#scalar(array);
    const { current } = scalar;
    if (predicate === undefined || current === undefined) {
      scalar.current = { value, when: predicate };
      return;
    }
    scalar.current = {
      value: builder.select(predicate, value, current.value),
      when: current.when === undefined ? undefined : builder.binary("or", predicate, current.when),
    };
  }

  /** Writes back what the iteration made of the scalars. */
  flush(): void {
    for (const [array, { current }] of this.#scalars) {
      if (current !== undefined)
        this.#scope.builder.effect(
          { kind: "store", array, bank: 0, subscripts: [] },
          [current.value],
          0,
          current.when,
        );
    }
  }

  #isScalar(array: number): boolean {
    const { shape, shared } = at(this.#arrays, array);
    return shape.length === 0 && shared === undefined;
  }

  #scalar(array: number): Scalar {
    const known = this.#scalars.get(array);
    if (known !== undefined) return known;
    const made: Scalar = { initial: undefined, current: undefined };
    this.#scalars.set(array, made);
    return made;
  }

  #initial(scalar: Scalar, array: number, width: number): NodeId {
    scalar.initial ??= this.#scope.builder.load({ kind: "load", array, bank: 0, subscripts: [] }, [], width);
    return scalar.initial;
  }
}
