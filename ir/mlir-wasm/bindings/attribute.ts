import type { MlirAttribute } from "../capi/handles.ts";
import type { Core } from "./core.ts";
import { Type } from "./type.ts";

/** A named attribute of an operation or a dictionary. */
export interface NamedAttribute {
  readonly name: string;
  readonly value: Attribute;
}

const NAMED_ATTRIBUTE = 8;

/** An attribute of a context. Two attributes are the same exactly when their handles are. */
export class Attribute {
  readonly handle: MlirAttribute;
  readonly #core: Core;

  constructor(core: Core, handle: MlirAttribute) {
    this.#core = core;
    this.handle = handle;
  }

  equals(other: Attribute): boolean {
    return this.handle === other.handle;
  }

  /** The type of a typed attribute; `none` for the others. */
  get type(): Type {
    return new Type(this.#core, this.#core.api.mlirAttributeGetType(this.handle));
  }

  /** An integer of at most 64 bits as its type counts it (signless as signed); nothing for other attributes. */
  asInteger(): bigint | undefined {
    const { api } = this.#core;
    if (api.mlirAttributeIsAInteger(this.handle) === 0) return undefined;
    const { width = 64, signedness } = this.type;
    if (width > 64) return undefined;
    if (signedness === "unsigned") return BigInt.asUintN(64, api.mlirIntegerAttrGetValueUInt(this.handle));
    return signedness === "signed"
      ? api.mlirIntegerAttrGetValueSInt(this.handle)
      : api.mlirIntegerAttrGetValueInt(this.handle);
  }

  /** A float, as a double; nothing for other attributes. */
  asFloat(): number | undefined {
    const { api } = this.#core;
    return api.mlirAttributeIsAFloat(this.handle) === 1
      ? api.mlirFloatAttrGetValueDouble(this.handle)
      : undefined;
  }

  asBoolean(): boolean | undefined {
    const { api } = this.#core;
    return api.mlirAttributeIsABool(this.handle) === 1
      ? api.mlirBoolAttrGetValue(this.handle) === 1
      : undefined;
  }

  /** The text of a string attribute; nothing for other attributes. */
  asString(): string | undefined {
    const { api } = this.#core;
    if (api.mlirAttributeIsAString(this.handle) === 0) return undefined;
    return this.#core.readString((ref) => {
      api.mlirStringAttrGetValue(ref, this.handle);
    });
  }

  /** The name of a flat symbol reference, without `@`; nothing for other attributes. */
  asSymbol(): string | undefined {
    const { api } = this.#core;
    if (api.mlirAttributeIsAFlatSymbolRef(this.handle) === 0) return undefined;
    return this.#core.readString((ref) => {
      api.mlirFlatSymbolRefAttrGetValue(ref, this.handle);
    });
  }

  /** The type of a type attribute; nothing for other attributes. */
  asType(): Type | undefined {
    const { api } = this.#core;
    return api.mlirAttributeIsAType(this.handle) === 1
      ? new Type(this.#core, api.mlirTypeAttrGetValue(this.handle))
      : undefined;
  }

  /** The elements of an array attribute; nothing for other attributes. */
  asArray(): readonly Attribute[] | undefined {
    const { api } = this.#core;
    if (api.mlirAttributeIsAArray(this.handle) === 0) return undefined;
    const length = api.mlirArrayAttrGetNumElements(this.handle);
    return Array.from(
      { length },
      (_, at) => new Attribute(this.#core, api.mlirArrayAttrGetElement(this.handle, at)),
    );
  }

  /** The entries of a dictionary attribute, in its order; nothing for other attributes. */
  asDictionary(): readonly NamedAttribute[] | undefined {
    const { api } = this.#core;
    if (api.mlirAttributeIsADictionary(this.handle) === 0) return undefined;
    const length = api.mlirDictionaryAttrGetNumElements(this.handle);
    return Array.from({ length }, (_, at) =>
      readNamed(this.#core, (ref) => {
        api.mlirDictionaryAttrGetElement(ref, this.handle, at);
      }),
    );
  }

  /**
   * The values of dense elements of at most 64 bits, in row-major order; a splat is repeated. Integers count as their type
   * does, `i1` as 0 and -1. Nothing for other attributes.
   */
  asElements(): readonly bigint[] | readonly number[] | undefined {
    const { api } = this.#core;
    if (api.mlirAttributeIsADenseElements(this.handle) === 0) return undefined;
    const length = Number(api.mlirElementsAttrGetNumElements(this.handle));
    const stored = api.mlirDenseElementsAttrIsSplat(this.handle) === 1 ? Math.min(1, length) : length;
    const values = this.#rawElements(stored) ?? this.#slowElements(stored);
    if (values === undefined || stored === length) return values;
    return Array.from({ length }, () => values[0]) as readonly bigint[] | readonly number[]; // one of the two, repeated
  }

  toString(): string {
    return this.#core.collect((callback, sink) => {
      this.#core.api.mlirAttributePrint(this.handle, callback, sink);
    });
  }

  /** Elements of whole bytes, as they lie in memory. */
  #rawElements(length: number): readonly bigint[] | readonly number[] | undefined {
    const { elementType } = this.type;
    const width = elementType?.isIndex() === true ? 64 : elementType?.width;
    if (elementType === undefined || (width !== 8 && width !== 16 && width !== 32 && width !== 64))
      return undefined;
    const bytes = width / 8;
    const address = this.#core.api.mlirDenseElementsAttrGetRawData(this.handle);
    const { buffer } = this.#core.instance.readBytes(address, bytes * length);
    const view = new DataView(buffer);
    const read = elementType.isFloat() ? floatReader(view, width) : integerReader(view, elementType, width);
    if (read === undefined) return undefined;
    return Array.from({ length }, (_, index) => read(index * bytes)) as readonly bigint[] | readonly number[]; // one reader, one kind
  }

  /** Elements of any other width, one attribute each. */
  #slowElements(length: number): readonly bigint[] | readonly number[] | undefined {
    const shape = (this.type.shape ?? []).map(Number);
    const values = Array.from({ length }, (_, index) => this.#element(shape, index));
    const integers = values.map((value) => value.asInteger()).filter((value) => value !== undefined);
    if (integers.length === length) return integers;
    const floats = values.map((value) => value.asFloat()).filter((value) => value !== undefined);
    return floats.length === length ? floats : undefined;
  }

  #element(shape: readonly number[], index: number): Attribute {
    let rest = index;
    const position = shape.map(() => 0n);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const size = shape[axis] ?? 1;
      position[axis] = BigInt(rest % size);
      rest = Math.floor(rest / size);
    }
    return this.#core.withIntegers(
      position,
      (address, rank) =>
        new Attribute(this.#core, this.#core.api.mlirElementsAttrGetValue(this.handle, rank, address)),
    );
  }
}

type Reader = (offset: number) => bigint | number;

function floatReader(view: DataView, width: number): Reader | undefined {
  if (width === 32) return (offset) => view.getFloat32(offset, true);
  return width === 64 ? (offset) => view.getFloat64(offset, true) : undefined;
}

function integerReader(view: DataView, type: Type, width: 8 | 16 | 32 | 64): Reader {
  const unsigned = type.signedness === "unsigned";
  switch (width) {
    case 8:
      return (offset) => BigInt(unsigned ? view.getUint8(offset) : view.getInt8(offset));
    case 16:
      return (offset) => BigInt(unsigned ? view.getUint16(offset, true) : view.getInt16(offset, true));
    case 32:
      return (offset) => BigInt(unsigned ? view.getUint32(offset, true) : view.getInt32(offset, true));
    case 64:
      return (offset) => (unsigned ? view.getBigUint64(offset, true) : view.getBigInt64(offset, true));
  }
}

/** The MlirNamedAttribute that `fill` writes to the address it is given. */
export function readNamed(
  core: Core,
  fill: (ref: Parameters<Core["api"]["mlirOperationGetAttribute"]>[0]) => void,
): NamedAttribute {
  return core.instance.withMemory(NAMED_ATTRIBUTE, (address) => {
    fill(address as Parameters<typeof fill>[0]); // eight bytes: a name and an attribute
    const identifier = core.instance.readWord(address) as Parameters<Core["api"]["mlirIdentifierStr"]>[1]; // its first field
    const value = core.instance.readWord(address + NAMED_ATTRIBUTE / 2) as MlirAttribute; // its second
    const name = core.readString((ref) => {
      core.api.mlirIdentifierStr(ref, identifier);
    });
    return { name, value: new Attribute(core, value) };
  });
}
