import { CompilerBug, type MemRefType, type Value } from "../../../ir/index.ts";

/** The type of an array. */
export function memrefOf({ type }: Value): MemRefType {
  if (type.kind !== "memref") throw new CompilerBug(`a ${type.kind} is no array`);
  return type;
}
