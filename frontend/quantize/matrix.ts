/** A matrix in int8: W[n][k] is about `weights[n * columns + k] * scales[n]`. */
export interface Int8Matrix {
  readonly kind: "int8";
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] row-major, each within ±127; 0 in outlier columns. */
  readonly weights: Int8Array;
  /** [rows], numbers of bfloat16; all the same where the scale is one per tensor. */
  readonly scales: Float32Array;
  /** [rows, outliers of the input], bfloat16 words, row-major; there where the input has outlier columns. */
  readonly outliers?: Uint16Array;
}

/**
 * A matrix in int4 with groups of `group` consecutive columns:
 * W[n][k] is about `weights[n * columns + k] * groupScales[n * groups + floor(k / group)] * scales[n]`.
 * The last group may be shorter than `group`: what is missing is zeros.
 */
export interface Int4Matrix {
  readonly kind: "int4";
  readonly rows: number;
  readonly columns: number;
  readonly group: number;
  /** [rows, columns] row-major, each within ±7. */
  readonly weights: Int8Array;
  /** [rows, ceil(columns / group)] row-major, 1 to 255. */
  readonly groupScales: Uint8Array;
  /** [rows], numbers of bfloat16. */
  readonly scales: Float32Array;
}

/** A matrix in bfloat16. */
export interface Bf16Matrix {
  readonly kind: "bf16";
  readonly rows: number;
  readonly columns: number;
  /** [rows, columns] row-major, bfloat16 words. */
  readonly weights: Uint16Array;
}

/** A matrix as the hardware reads it. */
export type QuantizedMatrix = Int8Matrix | Int4Matrix | Bf16Matrix;

/** What is known at compile time about the vector that a matrix (or two) multiplies. */
export interface LinearInput {
  /** With static activations: what one step of int8 is of the float32 model's vector. The weights around it have taken it up. */
  readonly scale?: number;
  /** Columns that are multiplied in 16 bits, ascending; there with outliers, and then perhaps empty. */
  readonly outliers?: Uint32Array;
}
