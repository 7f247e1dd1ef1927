/** Element types that are read; the numbers are those of ggml's `enum ggml_type`. */
export type GgufTypeName = "F32" | "F16" | "Q4_0" | "Q8_0" | "Q4_K" | "Q6_K" | "BF16";

/** How elements are packed: `elements` of a row share `bytes`. */
export interface BlockShape {
  readonly elements: number;
  readonly bytes: number;
}

const numbers: ReadonlyMap<number, GgufTypeName> = new Map([
  [0, "F32"],
  [1, "F16"],
  [2, "Q4_0"],
  [8, "Q8_0"],
  [12, "Q4_K"],
  [14, "Q6_K"],
  [30, "BF16"],
]);

/** Blocks of the types that are read (ggml-common.h: block_q4_0, block_q8_0, block_q4_K, block_q6_K). */
export const blockShapes: Readonly<Record<GgufTypeName, BlockShape>> = {
  F32: { elements: 1, bytes: 4 },
  F16: { elements: 1, bytes: 2 },
  BF16: { elements: 1, bytes: 2 },
  Q8_0: { elements: 32, bytes: 2 + 32 },
  Q4_0: { elements: 32, bytes: 2 + 16 },
  Q4_K: { elements: 256, bytes: 2 + 2 + 12 + 128 },
  Q6_K: { elements: 256, bytes: 128 + 64 + 16 + 2 },
};

/** Names of types that ggml has and this reader has not, for messages. */
const others: ReadonlyMap<number, string> = new Map([
  [3, "Q4_1"],
  [6, "Q5_0"],
  [7, "Q5_1"],
  [10, "Q2_K"],
  [11, "Q3_K"],
  [13, "Q5_K"],
  [16, "IQ2_XXS"],
  [17, "IQ2_XS"],
  [18, "IQ3_XXS"],
  [19, "IQ1_S"],
  [20, "IQ4_NL"],
  [21, "IQ3_S"],
  [22, "IQ2_S"],
  [23, "IQ4_XS"],
  [24, "I8"],
  [25, "I16"],
  [26, "I32"],
  [27, "I64"],
  [28, "F64"],
  [29, "IQ1_M"],
  [34, "TQ1_0"],
  [35, "TQ2_0"],
  [39, "MXFP4"],
  [40, "NVFP4"],
]);

/** The type of a number in a file; undefined: not read. */
export function typeOfNumber(number: number): GgufTypeName | undefined {
  return numbers.get(number);
}

/** The number that stands for a type in a file. */
export function numberOfType(type: GgufTypeName): number {
  for (const [number, name] of numbers) if (name === type) return number;
  return 0;
}

/** A type's name, for messages, also of those that are not read. */
export function nameOfNumber(number: number): string {
  return numbers.get(number) ?? others.get(number) ?? `number ${String(number)}`;
}

/** The types that are read, by name. */
export const knownTypes: readonly GgufTypeName[] = [...numbers.values()];
