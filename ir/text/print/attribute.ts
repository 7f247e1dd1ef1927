import { printAffineMap } from "../../core/affine.ts";
import type { Attribute, Attributes } from "../../core/attribute.ts";
import { printType, type TensorType, type Type } from "../../core/type.ts";
import { at, unreachable } from "../../support/bug.ts";
import { printFloat, printKey, printSymbol, quote } from "../literal.ts";

type Scalar = number | bigint;

function typeSuffix(type: Type, elided: string): string {
  const text = printType(type);
  return text === elided ? "" : ` : ${text}`;
}

/** MLIR's spelling of an attribute; the type of a number is left out where MLIR takes it for granted (i64, f64). */
export function printAttribute(attribute: Attribute): string {
  if (attribute.kind === "array") return `[${attribute.elements.map(printAttribute).join(", ")}]`;
  if (attribute.kind === "dict") return printDict(attribute.entries);
  if (attribute.kind === "affine_map") return `affine_map<${printAffineMap(attribute.map)}>`;
  if (attribute.kind === "dense")
    return `dense<${printDense(attribute.values, attribute.type)}> : ${printType(attribute.type)}`;
  return printPlain(attribute);
}

type PlainAttribute = Exclude<Attribute, { readonly kind: "array" | "dict" | "affine_map" | "dense" }>;

function printPlain(attribute: PlainAttribute): string {
  switch (attribute.kind) {
    case "int":
      return `${String(attribute.value)}${typeSuffix(attribute.type, "i64")}`;
    case "float":
      return printFloatAttribute(attribute.value, attribute.type);
    case "string":
      return quote(attribute.value);
    case "bool":
      return attribute.value ? "true" : "false";
    case "unit":
      return "unit";
    case "symbol":
      return printSymbol(attribute.name);
    case "type":
      return printType(attribute.type);
    case "opaque":
      return attribute.text;
    default:
      return unreachable(attribute);
  }
}

function printFloatAttribute(value: number, type: Type): string {
  const format = type.kind === "float" ? type.format : "f64";
  const text = printFloat(value, format);
  return text.includes("0x") ? `${text} : ${printType(type)}` : `${text}${typeSuffix(type, "f64")}`;
}

/** `{a = 1, b}`: the entries in their order; a unit attribute is its key alone. */
export function printDict(entries: Attributes): string {
  const parts = Object.entries(entries).map(([key, value]) =>
    value.kind === "unit" ? printKey(key) : `${printKey(key)} = ${printAttribute(value)}`,
  );
  return `{${parts.join(", ")}}`;
}

function printDense(values: readonly Scalar[], type: TensorType): string {
  const { element } = type;
  const print = (value: Scalar): string =>
    element.kind === "float" ? printFloat(Number(value), element.format) : String(value);
  const shape = type.shape.map((size) => size ?? 0);
  const count = shape.reduce((product, size) => product * size, 1);
  if (count === 0) return "";
  const first = print(at(values, 0));
  if (values.every((value) => print(value) === first)) return first;
  const nest = (level: number, start: number, length: number): string => {
    if (level === shape.length) return print(at(values, start));
    const size = at(shape, level);
    const part = length / size;
    return `[${Array.from({ length: size }, (_, index) => nest(level + 1, start + index * part, part)).join(", ")}]`;
  };
  return nest(0, 0, count);
}
