import type { Operation, Value } from "../../core/operation.ts";
import { type ElementType, type MemRefType, memrefType, type Type } from "../../core/type.ts";
import { MemRefAllocOp } from "../../dialects/memref/ops.ts";
import { CompilerBug } from "../../support/bug.ts";

/** `memref.alloc` of an array of the function; rank 0 is one cell. */
export function newArray(name: string, shape: readonly number[], element: Type): Operation {
  const op = MemRefAllocOp.create({
    operands: {},
    attrs: { name, storage: undefined, partition: undefined },
    resultTypes: [memrefType(shape, elementOf(element))],
  });
  op.result.hint = name;
  return op;
}

function elementOf(type: Type): ElementType {
  if (type.kind === "int" || type.kind === "index" || type.kind === "float" || type.kind === "vector")
    return type;
  throw new CompilerBug(`a ${type.kind} is no content of a cell`);
}

/** The type of an array. */
export function arrayType({ type }: Value): MemRefType {
  if (type.kind !== "memref") throw new CompilerBug(`a ${type.kind} is no array`);
  return type;
}
