/** The one NaN that any primitive produces. */
export const CANONICAL_NAN = 0x7fc0_0000;

const floatView = new Float32Array(1);
const wordView = new Uint32Array(floatView.buffer);

/** The bits of a value that is exactly a float32; every NaN gives {@link CANONICAL_NAN}. Unsigned 32-bit. */
export function f32ToBits(value: number): number {
  if (Number.isNaN(value)) return CANONICAL_NAN;
  floatView[0] = value;
  return wordView[0] ?? 0;
}

/** The float32 with the given bits (signed or unsigned 32-bit). */
export function bitsToF32(word: number): number {
  wordView[0] = word;
  return floatView[0] ?? 0;
}
