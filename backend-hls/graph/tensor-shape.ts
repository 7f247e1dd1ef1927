import { bitWidth, CompilerBug, type ScalarType, type Type } from "../../ir/index.ts";

/** A tensor of a graph: rows of elements; a vector is one row. */
export interface TensorShape {
  readonly rank: 1 | 2;
  readonly rows: number;
  readonly width: number;
  readonly element: ScalarType;
}

/** The shape of a tensor type that a verified operation has: f32, i8 or i32, rank 1 or 2. */
export function tensorShape(type: Type): TensorShape {
  if (type.kind !== "tensor") throw new CompilerBug(`a ${type.kind} has no shape`);
  const [first = 1, second] = type.shape;
  const { element } = type;
  return second === undefined
    ? { rank: 1, rows: 1, width: first, element }
    : { rank: 2, rows: first, width: second, element };
}

/** Bytes of an element. */
export function elementBytes({ element }: TensorShape): number {
  return bitWidth(element) / 8;
}
