import { at } from "../../ir/index.ts";
import type { ConvertScope } from "./convert-scope.ts";
import type { KernelArray, Linear, NodeId } from "./node.ts";

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
  readonly #scalars = new Map<number, Scalar>();

  constructor(scope: ConvertScope, arrays: readonly KernelArray[]) {
    this.#scope = scope;
    this.#arrays = arrays;
  }

  load(array: number, subscripts: readonly Linear[], width: number): NodeId {
    if (!this.#isScalar(array)) return this.#scope.builder.load(array, subscripts, width);
    const scalar = this.#scalar(array);
    const { current } = scalar;
    if (current?.when === undefined && current !== undefined) return current.value;
    const initial = this.#initial(scalar, array, width);
    return current?.when === undefined ? initial : this.#scope.builder.select(current.when, current.value, initial);
  }

  store(array: number, subscripts: readonly Linear[], value: NodeId): void {
    const { builder, predicate } = this.#scope;
    if (!this.#isScalar(array)) {
      builder.effect({ kind: "store", array, subscripts }, [value], 0, predicate);
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
      if (current !== undefined) this.#scope.builder.effect({ kind: "store", array, subscripts: [] }, [current.value], 0, current.when);
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
    scalar.initial ??= this.#scope.builder.load(array, [], width);
    return scalar.initial;
  }
}
