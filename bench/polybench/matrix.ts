/** A row-major array of f32 with one or two dimensions. */
export class Matrix {
  readonly data: Float32Array;
  readonly #columns: number;

  constructor(shape: readonly number[], value: (i: number, j: number) => number = () => 0) {
    const [rows = 1, columns = 1] = shape;
    this.#columns = columns;
    this.data = Float32Array.from({ length: rows * columns }, (_, index) =>
      value(Math.floor(index / columns), index % columns),
    );
  }

  get(i: number, j = 0): number {
    return this.data[i * this.#columns + j] ?? Number.NaN;
  }

  /** Sets the cell of a vector or a matrix: `set(value, i)`, `set(value, i, j)`. */
  set(value: number, i: number, j = 0): void {
    this.data[i * this.#columns + j] = value;
  }
}

/** a / b of two integers as f32 numbers: the suite's `(DATA_TYPE) a / b`. */
export function ratio(a: number, b: number): number {
  return Math.fround(Math.fround(a) / Math.fround(b));
}
