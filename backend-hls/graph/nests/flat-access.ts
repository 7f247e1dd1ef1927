import {
  type AffineMap,
  affineBinary,
  affineConstant,
  at,
  CompilerBug,
  type MemRefType,
  type Value,
} from "../../../ir/index.ts";

/** The type of an array. */
export function memrefOf({ type }: Value): MemRefType {
  if (type.kind !== "memref") throw new CompilerBug(`a ${type.kind} is no array`);
  return type;
}

/** The subscripts of an array as the one subscript of its cells in row-major order. */
export function flatMap(map: AffineMap, { shape }: MemRefType): AffineMap {
  const number = map.results.reduce(
    (sum, result, index) =>
      affineBinary("+", affineBinary("*", sum, affineConstant(at(shape, index))), result),
    affineConstant(0),
  );
  return { ...map, results: [number] };
}
