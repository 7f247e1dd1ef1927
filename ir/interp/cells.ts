import { cellCount, type ElementType, type MemRefType } from "../core/type.ts";
import { at } from "../support/bug.ts";
import { type ElementValue, isWide, type ScalarValue } from "./values.ts";

/** The storage of a memref: cells in row-major order, the lanes of a vector cell side by side. */
export type CellArray = Int8Array | Int16Array | Int32Array | Float32Array | BigInt64Array | bigint[];

/** A memref's storage, all zero: `i1` to `i8` in bytes, `index` and up to `i32` in words, up to `i64` in double words. */
export function allocateCells(type: MemRefType): CellArray {
  const length = cellCount(type) * lanesOf(type.element);
  const scalar = type.element.kind === "vector" ? type.element.element : type.element;
  if (scalar.kind === "float") return new Float32Array(length);
  const width = scalar.kind === "index" ? 32 : scalar.width;
  if (width <= 8) return new Int8Array(length);
  if (width <= 16) return new Int16Array(length);
  if (!isWide(scalar)) return new Int32Array(length);
  return width <= 64 ? new BigInt64Array(length) : new Array<bigint>(length).fill(0n);
}

/** The storage of a constant array; one value stands for all cells. */
export function globalCells(type: MemRefType, values: readonly (number | bigint)[]): CellArray {
  const cells = allocateCells(type);
  const target = cells as Record<number, ScalarValue>; // the element type of the cells is that of the values
  const { element } = type;
  const isWord = element.kind !== "float" && !(element.kind === "int" && isWide(element));
  for (let cell = 0; cell < cells.length; cell++) {
    const value = at(values, values.length === 1 ? 0 : cell);
    target[cell] = isWord ? Number(value) : value;
  }
  return cells;
}

/** Scalars in one cell. */
export function lanesOf(type: ElementType): number {
  return type.kind === "vector" ? type.lanes : 1;
}

/** The content of a cell by its row-major number. */
export function readCell(cells: CellArray, type: ElementType, cell: number): ElementValue {
  if (type.kind !== "vector") return at<ScalarValue>(cells, cell);
  return Array.from({ length: type.lanes }, (_, lane) => at<ScalarValue>(cells, cell * type.lanes + lane));
}

/** Replaces the content of a cell by its row-major number. */
export function writeCell(cells: CellArray, cell: number, value: ElementValue): void {
  const parts = typeof value === "object" ? value : [value];
  const target = cells as Record<number, ScalarValue>; // the element type of the cells is that of the value
  parts.forEach((part, lane) => {
    target[cell * parts.length + lane] = part;
  });
}
