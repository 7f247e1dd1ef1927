import { builtSpan } from "../../support/diagnostics.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import type { MlirAttribute, MlirType, Pointer } from "../capi/handles.ts";
import { failedSilently, readDiagnostics, unreadable } from "../engine/diagnostics.ts";
import { Attribute, type NamedAttribute } from "./attribute.ts";
import {
  Builder,
  createOperation,
  handlesOf,
  type InsertionPoint,
  named,
  type OperationParts,
} from "./builder.ts";
import type { Core } from "./core.ts";
import { Location } from "./location.ts";
import type { Operation } from "./operation.ts";
import { type Dimension, Type } from "./type.ts";

const INTEGERS = {
  signless: "mlirIntegerTypeGet",
  signed: "mlirIntegerTypeSignedGet",
  unsigned: "mlirIntegerTypeUnsignedGet",
} as const;

const FLOATS = {
  f16: "mlirF16TypeGet",
  bf16: "mlirBF16TypeGet",
  f32: "mlirF32TypeGet",
  f64: "mlirF64TypeGet",
  tf32: "mlirTF32TypeGet",
  f8E4M3FN: "mlirFloat8E4M3FNTypeGet",
  f8E5M2: "mlirFloat8E5M2TypeGet",
} as const;

/** Makes the types, attributes, locations and operations of one context. They live as long as their session. */
export class Context {
  readonly #core: Core;
  readonly #none: MlirAttribute;

  constructor(core: Core) {
    this.#core = core;
    this.#none = core.api.mlirAttributeGetNull();
  }

  /** A type from its text, such as `memref<4x?xi8>`. */
  parseType(text: string): Result<Type> {
    const { api } = this.#core;
    const handle = this.#core.withString(text, (ref) => api.mlirTypeParseGet(this.#core.handle, ref));
    return handle === 0 ? this.#unreadable("a type", text) : ok(new Type(this.#core, handle));
  }

  /** An attribute from its text, such as `affine_map<(d0) -> (d0 + 1)>`. */
  parseAttribute(text: string): Result<Attribute> {
    const { api } = this.#core;
    const handle = this.#core.withString(text, (ref) => api.mlirAttributeParseGet(this.#core.handle, ref));
    return handle === 0 ? this.#unreadable("an attribute", text) : ok(new Attribute(this.#core, handle));
  }

  integerType(width: number, signedness: keyof typeof INTEGERS = "signless"): Type {
    const { api, handle } = this.#core;
    return this.#type(api[INTEGERS[signedness]](handle, width));
  }

  indexType(): Type {
    return this.#type(this.#core.api.mlirIndexTypeGet(this.#core.handle));
  }

  floatType(name: keyof typeof FLOATS): Type {
    return this.#type(this.#core.api[FLOATS[name]](this.#core.handle));
  }

  functionType(inputs: readonly Type[], results: readonly Type[]): Type {
    const { api, handle } = this.#core;
    return this.#core.withHandles(handlesOf(inputs), (from, inputCount) =>
      this.#core.withHandles(handlesOf(results), (to, resultCount) =>
        this.#type(api.mlirFunctionTypeGet(handle, inputCount, from, resultCount, to)),
      ),
    );
  }

  /** Fails where the element type cannot be in a tensor. */
  tensorType(shape: readonly Dimension[], element: Type): Result<Type> {
    const { api } = this.#core;
    const location = this.unknownLocation().handle;
    return this.#checked("a tensor type", () =>
      this.#withShape(shape, (sizes, rank) =>
        api.mlirRankedTensorTypeGetChecked(location, rank, sizes, element.handle, this.#none),
      ),
    );
  }

  /** A memref in row-major order. Fails where the element type cannot be in one. */
  memrefType(shape: readonly Dimension[], element: Type): Result<Type> {
    const { api } = this.#core;
    const location = this.unknownLocation().handle;
    return this.#checked("a memref type", () =>
      this.#withShape(shape, (sizes, rank) =>
        api.mlirMemRefTypeContiguousGetChecked(location, element.handle, rank, sizes, this.#none),
      ),
    );
  }

  vectorType(shape: readonly number[], element: Type): Result<Type> {
    const { api } = this.#core;
    const location = this.unknownLocation().handle;
    return this.#checked("a vector type", () =>
      this.#withShape(shape, (sizes, rank) =>
        api.mlirVectorTypeGetChecked(location, rank, sizes, element.handle),
      ),
    );
  }

  /** An integer of an integer or index type; bits beyond the type's width are dropped. */
  integerAttribute(type: Type, value: bigint): Attribute {
    return this.#attribute(this.#core.api.mlirIntegerAttrGet(type.handle, BigInt.asIntN(64, value)));
  }

  /** A float of a float type, rounded to it. */
  floatAttribute(type: Type, value: number): Attribute {
    return this.#attribute(this.#core.api.mlirFloatAttrDoubleGet(this.#core.handle, type.handle, value));
  }

  booleanAttribute(value: boolean): Attribute {
    return this.#attribute(this.#core.api.mlirBoolAttrGet(this.#core.handle, value ? 1 : 0));
  }

  unitAttribute(): Attribute {
    return this.#attribute(this.#core.api.mlirUnitAttrGet(this.#core.handle));
  }

  stringAttribute(text: string): Attribute {
    const { api, handle } = this.#core;
    return this.#attribute(this.#core.withString(text, (ref) => api.mlirStringAttrGet(handle, ref)));
  }

  /** `@name`. */
  symbolAttribute(name: string): Attribute {
    const { api, handle } = this.#core;
    return this.#attribute(this.#core.withString(name, (ref) => api.mlirFlatSymbolRefAttrGet(handle, ref)));
  }

  typeAttribute(type: Type): Attribute {
    return this.#attribute(this.#core.api.mlirTypeAttrGet(type.handle));
  }

  arrayAttribute(elements: readonly Attribute[]): Attribute {
    const { api, handle } = this.#core;
    return this.#core.withHandles(handlesOf(elements), (address, count) =>
      this.#attribute(api.mlirArrayAttrGet(handle, count, address)),
    );
  }

  dictionaryAttribute(entries: readonly NamedAttribute[]): Attribute {
    const { api, handle } = this.#core;
    return this.#core.withHandles(named(this.#core, entries), (address) =>
      this.#attribute(api.mlirDictionaryAttrGet(handle, entries.length, address)),
    );
  }

  unknownLocation(): Location {
    return new Location(this.#core, this.#core.api.mlirLocationUnknownGet(this.#core.handle));
  }

  fileLocation(file: string, line: number, column: number): Location {
    const { api, handle } = this.#core;
    return this.#core.withString(
      file,
      (ref) => new Location(this.#core, api.mlirLocationFileLineColGet(handle, ref, line, column)),
    );
  }

  /** An operation in no block; nothing where the types of its results could not be inferred. */
  createOperation(name: string, parts: OperationParts): Operation | undefined {
    return createOperation(this.#core, name, parts);
  }

  builder(at: InsertionPoint): Builder {
    return new Builder(this.#core, at);
  }

  #withShape(shape: readonly Dimension[], make: (sizes: Pointer, rank: number) => MlirType): MlirType {
    const dynamic = this.#core.api.mlirShapedTypeGetDynamicSize();
    const sizes = shape.map((size) => (size === "dynamic" ? dynamic : BigInt(size)));
    return this.#core.withIntegers(sizes, make);
  }

  #type(handle: MlirType): Type {
    return new Type(this.#core, handle);
  }

  #attribute(handle: MlirAttribute): Attribute {
    return new Attribute(this.#core, handle);
  }

  #checked(what: string, make: () => MlirType): Result<Type> {
    const handle = make();
    if (handle !== 0) return ok(this.#type(handle));
    const diagnostics = this.#said(what);
    return fail(...(diagnostics.length > 0 ? diagnostics : [failedSilently(builtSpan("builder"), { what })]));
  }

  #unreadable(what: string, text: string): Result<never> {
    return fail(...this.#said(what), unreadable(builtSpan("builder"), { what, text }));
  }

  #said(input: string): ReturnType<typeof readDiagnostics> {
    return readDiagnostics(this.#core.instance.takeDiagnostics(), input);
  }
}
