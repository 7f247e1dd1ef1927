import { bf16ToF32, buildToBf16, f32ToBf16 } from "./bf16.ts";
import { type BitOps, bit, padLow } from "./bit-ops.ts";
import { buildFromF16, buildToF16, f16ToF32, f32ToF16, roundF16 } from "./f16.ts";
import { buildAdd } from "./f32-add.ts";
import { addF32, mulF32, subF32 } from "./f32-semantics.ts";
import { buildShortProduct } from "./f32-short-product.ts";

/** A float of 16 bits: how it becomes a float32, exactly, and how a float32 is rounded to it. */
export interface HalfFormat {
  readonly name: "bf16" | "f16";
  readonly fractionBits: number;
  readonly widen: <V>(o: BitOps<V>, word: V) => V;
  readonly narrow: <V>(o: BitOps<V>, word: V) => V;
  /** The nearest number of the format, ties to even. */
  readonly round: (x: number) => number;
  /** The number of a word, and the unsigned word of a number. */
  readonly decode: (word: number) => number;
  readonly encode: (x: number) => number;
}

export const BF16: HalfFormat = {
  name: "bf16",
  fractionBits: 7,
  widen: (o, word) => padLow(o, word, 16),
  narrow: buildToBf16,
  round: roundBf16,
  decode: bf16ToF32,
  encode: (x) => f32ToBf16(x) & 0xffff,
};

export const F16: HalfFormat = {
  name: "f16",
  fractionBits: 10,
  widen: buildFromF16,
  narrow: buildToF16,
  round: roundF16,
  decode: f16ToF32,
  encode: f32ToF16,
};

/** The nearest bfloat16 number, ties to even; subnormals become the zero of their sign. */
export function roundBf16(x: number): number {
  return bf16ToF32(f32ToBf16(x));
}

/** An operation on two words of a format: its hardware, and the same on numbers. */
export interface HalfOperation {
  readonly build: <V>(o: BitOps<V>, a: V, b: V) => V;
  readonly evaluate: (a: number, b: number) => number;
}

/**
 * Sum, difference and product of 16-bit words: those of float32, rounded. The second rounding changes nothing, as
 * float32 has more than twice as many bits and two (docs/numerics.md).
 */
export function halfOperations(format: HalfFormat): Readonly<Record<"add" | "sub" | "mul", HalfOperation>> {
  const { widen, narrow, round, fractionBits } = format;
  const add: HalfOperation["build"] = (o, a, b) => narrow(o, buildAdd(o, widen(o, a), widen(o, b)));
  const negated = <V>(o: BitOps<V>, word: V): V => o.concat(o.not(bit(o, word, 15)), o.extract(word, 0, 15));
  return {
    add: { build: add, evaluate: (a, b) => round(addF32(a, b)) },
    sub: { build: (o, a, b) => add(o, a, negated(o, b)), evaluate: (a, b) => round(subF32(a, b)) },
    mul: {
      build: (o, a, b) => narrow(o, buildShortProduct(o, fractionBits, widen(o, a), widen(o, b))),
      evaluate: (a, b) => round(mulF32(a, b)),
    },
  };
}
