import type { AffineMap } from "./affine.ts";
import type { Attribute } from "./attribute.ts";
import { type IntType, printType, type Type } from "./type.ts";

/** What an operand or result may be. */
export interface TypeConstraint<T extends Type = Type> {
  readonly summary: string;
  readonly accepts: (type: Type) => type is T;
}

/** What an attribute must be, and the plain value that a typed view gives for it. */
export interface AttrConstraint<T> {
  readonly summary: string;
  /** The plain value, or undefined where the attribute does not fit. */
  readonly read: (attribute: Attribute) => T | undefined;
  write(value: T): Attribute; // a method: constraints of every T are kept in one record
  readonly optional?: boolean;
}

/** Any type. */
export const anyType: TypeConstraint = {
  summary: "any type",
  accepts: (type): type is Type => type.kind !== "none",
};

/** Types of one kind. */
export function ofKind<K extends Type["kind"]>(kind: K): TypeConstraint<Extract<Type, { kind: K }>> {
  return {
    summary: `a type of kind ${kind}`,
    accepts: (type): type is Extract<Type, { kind: K }> => type.kind === kind,
  };
}

/** Types of several kinds. */
export function ofKinds<K extends Type["kind"]>(
  ...kinds: readonly K[]
): TypeConstraint<Extract<Type, { kind: K }>> {
  const set = new Set<string>(kinds);
  return {
    summary: `a type of kind ${kinds.join(" or ")}`,
    accepts: (type): type is Extract<Type, { kind: K }> => set.has(type.kind),
  };
}

/** Signless integers of one width, or of any. */
export function integer(width?: number): TypeConstraint<IntType> {
  return {
    summary: width === undefined ? "an integer" : `i${String(width)}`,
    accepts: (type): type is IntType => type.kind === "int" && (width === undefined || type.width === width),
  };
}

/** One exact type. */
export function exactly(wanted: Type): TypeConstraint {
  const text = printType(wanted);
  return { summary: text, accepts: (type): type is Type => printType(type) === text };
}

/** An integer attribute that fits a double; `type` is what it is written with. */
export function intAttr(type: Type): AttrConstraint<number> {
  return {
    summary: "an integer",
    read: (attribute) => (attribute.kind === "int" ? Number(attribute.value) : undefined),
    write: (value) => ({ kind: "int", value: BigInt(value), type }),
  };
}

export const i64Attr: AttrConstraint<number> = intAttr({ kind: "int", width: 64 });
export const stringAttr: AttrConstraint<string> = {
  summary: "a string",
  read: (attribute) => (attribute.kind === "string" ? attribute.value : undefined),
  write: (value) => ({ kind: "string", value }),
};
export const boolAttr: AttrConstraint<boolean> = {
  summary: "true or false",
  read: (attribute) => (attribute.kind === "bool" ? attribute.value : undefined),
  write: (value) => ({ kind: "bool", value }),
};
export const symbolAttr: AttrConstraint<string> = {
  summary: "a symbol reference",
  read: (attribute) => (attribute.kind === "symbol" ? attribute.name : undefined),
  write: (name) => ({ kind: "symbol", name }),
};
export const typeAttr: AttrConstraint<Type> = {
  summary: "a type",
  read: (attribute) => (attribute.kind === "type" ? attribute.type : undefined),
  write: (type) => ({ kind: "type", type }),
};
export const mapAttr: AttrConstraint<AffineMap> = {
  summary: "an affine map",
  read: (attribute) => (attribute.kind === "affine_map" ? attribute.map : undefined),
  write: (map) => ({ kind: "affine_map", map }),
};
/** Elements of an array; one value stands for all. */
export const denseAttr: AttrConstraint<Extract<Attribute, { kind: "dense" }>> = {
  summary: "dense elements",
  read: (attribute) => (attribute.kind === "dense" ? attribute : undefined),
  write: (value) => value,
};
/** Any attribute, as it is stored. */
export const anyAttr: AttrConstraint<Attribute> = {
  summary: "an attribute",
  read: (attribute) => attribute,
  write: (value) => value,
};

/** A list of attributes that each satisfy `element`. */
export function arrayAttr<T>(element: AttrConstraint<T>): AttrConstraint<readonly T[]> {
  return {
    summary: `a list, each ${element.summary}`,
    read: (attribute) => {
      if (attribute.kind !== "array") return undefined;
      const values: T[] = [];
      for (const entry of attribute.elements) {
        const value = element.read(entry);
        if (value === undefined) return undefined;
        values.push(value);
      }
      return values;
    },
    write: (values) => ({ kind: "array", elements: values.map((value) => element.write(value)) }),
  };
}

/** One of a closed set of words, stored as a string. */
export function wordAttr<W extends string>(...words: readonly W[]): AttrConstraint<W> {
  return {
    summary: `one of ${words.join(", ")}`,
    read: (attribute) =>
      attribute.kind === "string" ? words.find((word) => word === attribute.value) : undefined,
    write: (value) => ({ kind: "string", value }),
  };
}

/** The attribute may be absent; the view then gives undefined. */
export function optional<T>(constraint: AttrConstraint<T>): AttrConstraint<T | undefined> {
  return {
    summary: `${constraint.summary}, or nothing`,
    optional: true,
    read: (attribute) => constraint.read(attribute),
    write: (value) => (value === undefined ? { kind: "unit" } : constraint.write(value)),
  };
}
