import { bf16ToF32, f32ToBf16 } from "../../ir/index.ts";

/** The word of the smallest positive bfloat16. */
const smallestWord = 0x0080;

/**
 * The scale of a row of weights as it is stored, in bfloat16 (docs/numerics.md): the smallest number that is no smaller than what
 * the row needs, so that no weight saturates that would not have. Weights are rounded against what this gives.
 */
export function storedScale(needed: number): number {
  const word = Math.max(f32ToBf16(Math.fround(needed)), smallestWord);
  const nearest = bf16ToF32(word);
  return nearest >= needed ? nearest : bf16ToF32(word + 1);
}
