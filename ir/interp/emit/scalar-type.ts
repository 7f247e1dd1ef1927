import type { Operation, Value } from "../../core/operation.ts";
import type { ElementType, ScalarType, Type } from "../../core/type.ts";
import type { Emitter } from "./emitter.ts";

/** The type of a value that has to be a scalar that can be computed with. */
export function scalarTypeOf(op: Operation, value: Value, out: Emitter): ScalarType {
  const { type } = value;
  if (type.kind === "int" || type.kind === "index") return type;
  if (type.kind === "float") {
    if (type.format === "f64") out.refuse(op, "f64 is not computed with");
    return type;
  }
  return out.refuse(op, "it is defined on scalars only");
}

/** The type of a value that has to be a scalar or a vector. */
export function elementTypeOf(op: Operation, type: Type, out: Emitter): ElementType {
  if (type.kind === "int" || type.kind === "index" || type.kind === "float" || type.kind === "vector") {
    const scalar = type.kind === "vector" ? type.element : type;
    if (scalar.kind === "float" && scalar.format === "f64") out.refuse(op, "f64 is not computed with");
    return type;
  }
  return out.refuse(op, "scalars and vectors only");
}

/** A number of float32 rounded to the format of a float type; nothing where that is f32. */
export function roundText(type: Type, text: string): string {
  if (type.kind !== "float" || type.format === "f32") return text;
  return `${type.format === "f16" ? "roundF16" : "roundBf16"}(${text})`;
}
