import { cellCount, type MemRefType } from "../core/type.ts";
import { allocateCells, type CellArray } from "./cells.ts";
import { RUNTIME } from "./runtime.ts";

const bit = (condition: boolean): number => (condition ? 1 : 0);

/** {@link allocateCells} with floats in f64. */
function wideCells(type: MemRefType): CellArray | Float64Array {
  return type.element.kind === "float" ? new Float64Array(cellCount(type)) : allocateCells(type);
}

/**
 * {@link RUNTIME} with the arithmetic of f64: what a program of floats means with (nearly) no rounding. Only for
 * estimates of error; subnormals are kept, NaN and signs of zero are those of JavaScript.
 */
export const WIDE_RUNTIME: Readonly<Record<string, unknown>> = {
  ...RUNTIME,
  addF32: (a: number, b: number) => a + b,
  subF32: (a: number, b: number) => a - b,
  mulF32: (a: number, b: number) => a * b,
  divF32: (a: number, b: number) => a / b,
  maxF32: Math.max,
  ltF32: (a: number, b: number) => bit(a < b),
  leF32: (a: number, b: number) => bit(a <= b),
  eqF32: (a: number, b: number) => bit(a === b),
  gtF32: (a: number, b: number) => bit(a > b),
  geF32: (a: number, b: number) => bit(a >= b),
  signedToF32: (x: number) => x,
  expF32: Math.exp,
  recipF32: (x: number) => 1 / x,
  rsqrtF32: (x: number) => 1 / Math.sqrt(x),
  sqrtF32: Math.sqrt,
  roundF16: (x: number) => x,
  roundBf16: (x: number) => x,
  scale2F32: (x: number, k: number) => x * 2 ** k,
  allocateCells: wideCells,
};
