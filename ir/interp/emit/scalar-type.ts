import type { Operation, Value } from "../../core/operation.ts";
import type { ElementType, ScalarType, Type } from "../../core/type.ts";
import type { Emitter } from "./emitter.ts";

/** The type of a value that has to be a scalar that can be computed with. */
export function scalarTypeOf(op: Operation, value: Value, out: Emitter): ScalarType {
  const { type } = value;
  if (type.kind === "int" || type.kind === "index") return type;
  if (type.kind === "float") {
    if (type.format !== "f32") out.refuse(op, `${type.format} is not computed with`);
    return type;
  }
  return out.refuse(op, "it is defined on scalars only");
}

/** The type of a value that has to be a scalar or a vector. */
export function elementTypeOf(op: Operation, type: Type, out: Emitter): ElementType {
  if (type.kind === "int" || type.kind === "index" || type.kind === "float" || type.kind === "vector") {
    const scalar = type.kind === "vector" ? type.element : type;
    if (scalar.kind === "float" && scalar.format !== "f32")
      out.refuse(op, `${scalar.format} is not computed with`);
    return type;
  }
  return out.refuse(op, "scalars and vectors only");
}
