import type { MlirType } from "../capi/handles.ts";
import type { Core } from "./core.ts";

/** A size of a shape: a number, or `"dynamic"` for `?`. */
export type Dimension = number | "dynamic";

/** A type of a context. Two types are the same exactly when their handles are. */
export class Type {
  readonly handle: MlirType;
  readonly #core: Core;

  constructor(core: Core, handle: MlirType) {
    this.#core = core;
    this.handle = handle;
  }

  equals(other: Type): boolean {
    return this.handle === other.handle;
  }

  /** An integer type of any signedness, or of this width. */
  isInteger(width?: number): boolean {
    const { api } = this.#core;
    if (api.mlirTypeIsAInteger(this.handle) === 0) return false;
    return width === undefined || api.mlirIntegerTypeGetWidth(this.handle) === width;
  }

  isIndex(): boolean {
    return this.#core.api.mlirTypeIsAIndex(this.handle) === 1;
  }

  isFloat(): boolean {
    return this.#core.api.mlirTypeIsAFloat(this.handle) === 1;
  }

  isRankedTensor(): boolean {
    return this.#core.api.mlirTypeIsARankedTensor(this.handle) === 1;
  }

  isMemRef(): boolean {
    return this.#core.api.mlirTypeIsAMemRef(this.handle) === 1;
  }

  isVector(): boolean {
    return this.#core.api.mlirTypeIsAVector(this.handle) === 1;
  }

  isFunction(): boolean {
    return this.#core.api.mlirTypeIsAFunction(this.handle) === 1;
  }

  /** Bits of an integer or float type; nothing for other types. */
  get width(): number | undefined {
    const { api } = this.#core;
    if (this.isInteger()) return api.mlirIntegerTypeGetWidth(this.handle);
    return this.isFloat() ? api.mlirFloatTypeGetWidth(this.handle) : undefined;
  }

  /** How an integer type counts; nothing for other types. */
  get signedness(): "signless" | "signed" | "unsigned" | undefined {
    const { api } = this.#core;
    if (!this.isInteger()) return undefined;
    if (api.mlirIntegerTypeIsSignless(this.handle) === 1) return "signless";
    return api.mlirIntegerTypeIsSigned(this.handle) === 1 ? "signed" : "unsigned";
  }

  /** The sizes of a ranked tensor, memref or vector; nothing for other types. */
  get shape(): readonly Dimension[] | undefined {
    const { api } = this.#core;
    if (!this.#isShaped() || api.mlirShapedTypeHasRank(this.handle) === 0) return undefined;
    const rank = Number(api.mlirShapedTypeGetRank(this.handle));
    return Array.from({ length: rank }, (_, index) =>
      api.mlirShapedTypeIsDynamicDim(this.handle, index) === 1
        ? "dynamic"
        : Number(api.mlirShapedTypeGetDimSize(this.handle, index)),
    );
  }

  /** What a tensor, memref or vector holds; nothing for other types. */
  get elementType(): Type | undefined {
    return this.#isShaped()
      ? new Type(this.#core, this.#core.api.mlirShapedTypeGetElementType(this.handle))
      : undefined;
  }

  /** The types of the arguments of a function type; nothing for other types. */
  get inputs(): readonly Type[] | undefined {
    const { api } = this.#core;
    if (!this.isFunction()) return undefined;
    const count = api.mlirFunctionTypeGetNumInputs(this.handle);
    return Array.from(
      { length: count },
      (_, at) => new Type(this.#core, api.mlirFunctionTypeGetInput(this.handle, at)),
    );
  }

  /** The types of the results of a function type; nothing for other types. */
  get results(): readonly Type[] | undefined {
    const { api } = this.#core;
    if (!this.isFunction()) return undefined;
    const count = api.mlirFunctionTypeGetNumResults(this.handle);
    return Array.from(
      { length: count },
      (_, at) => new Type(this.#core, api.mlirFunctionTypeGetResult(this.handle, at)),
    );
  }

  toString(): string {
    return this.#core.collect((callback, sink) => {
      this.#core.api.mlirTypePrint(this.handle, callback, sink);
    });
  }

  #isShaped(): boolean {
    return this.#core.api.mlirTypeIsAShaped(this.handle) === 1;
  }
}
