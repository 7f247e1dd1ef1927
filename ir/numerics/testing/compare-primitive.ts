import { compileGraph } from "../bit-ops-compile.ts";
import { type BitGraph, recordGraph } from "../bit-ops-record.ts";
import { bitsToF32, f32ToBits } from "../f32-bits.ts";
import { BF16, F16 } from "../half-precision.ts";
import { type FloatPrimitive, type ScalarType, scalarWidth } from "../primitives.ts";

const HALF = { bf16: BF16, f16: F16 } as const;

/** The recorded definition of a primitive. */
export function graphOf(primitive: FloatPrimitive): BitGraph {
  return recordGraph(primitive.operands.map(scalarWidth), (o, ...args) => primitive.build(o, ...args));
}

/** The JavaScript number that a bit vector of this type means. */
export function decodeScalar(type: ScalarType, word: number): number {
  if (type === "f32") return bitsToF32(word);
  if (type === "bf16" || type === "f16") return HALF[type].decode(word);
  const width = scalarWidth(type);
  return width > 1 && word >= 2 ** (width - 1) ? word - 2 ** width : word;
}

/** The bit vector (unsigned) of a JavaScript number of this type. */
export function encodeScalar(type: ScalarType, value: number): number {
  if (type === "f32") return f32ToBits(value);
  if (type === "bf16" || type === "f16") return HALF[type].encode(value);
  return value < 0 ? value + 2 ** scalarWidth(type) : value;
}

/** A function that says where definition and JavaScript differ on operand words, or undefined where they agree. */
export function differenceFinder(primitive: FloatPrimitive): (...words: number[]) => string | undefined {
  const run = compileGraph(graphOf(primitive));
  return (...words) => {
    const operands = primitive.operands.map((type, index) => decodeScalar(type, words[index] ?? 0));
    const fast = encodeScalar(primitive.result, primitive.evaluate(...operands));
    const defined = run(...words);
    if (fast === defined) return undefined;
    const shown = [...words, defined, fast].map((word) => word.toString(16));
    return `operands ${shown.slice(0, -2).join(", ")}: definition ${shown.at(-2) ?? ""}, evaluate ${shown.at(-1) ?? ""}`;
  };
}
