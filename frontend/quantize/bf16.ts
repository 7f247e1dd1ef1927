const bits = new Uint32Array(1);
const float = new Float32Array(bits.buffer);

/** The bfloat16 word nearest to a float32, ties to even; subnormals become zero of their sign, NaN 0x7fc0. */
export function bf16FromFloat(value: number): number {
  float[0] = value;
  const word = bits[0] ?? 0;
  const sign = (word >>> 16) & 0x8000;
  if ((word & 0x7fffffff) > 0x7f800000) return 0x7fc0;
  if ((word & 0x7f800000) === 0) return sign;
  return (word + 0x7fff + ((word >>> 16) & 1)) >>> 16;
}

/** The float32 that a bfloat16 word is. */
export function floatFromBf16(word: number): number {
  bits[0] = word << 16;
  return float[0] ?? 0;
}

/** {@link bf16FromFloat} of each element. */
export function packBf16(values: Float32Array): Uint16Array {
  return Uint16Array.from(values, bf16FromFloat);
}
