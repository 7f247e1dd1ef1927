import type { ByteSource } from "../files/byte-source.ts";

/** Element types that become float32 without loss. */
export type FloatType = "F32" | "F16" | "BF16";

/** Whether an element type, as a file spells it, is one that {@link readFloats} understands. */
export function isFloatType(dtype: string): dtype is FloatType {
  return dtype === "F32" || dtype === "F16" || dtype === "BF16";
}

/** Elements converted at a time, so that a half-precision tensor is never in memory as a whole. */
const chunkElements = 1 << 16;

/** Reads `count` little-endian elements from `offset` as float32; f16 and bf16 widen exactly. */
export function readFloats(source: ByteSource, offset: number, count: number, type: FloatType): Float32Array {
  const floats = new Float32Array(count);
  if (type === "F32") {
    source.readInto(new Uint8Array(floats.buffer), offset);
    return floats;
  }
  const bits = new Uint32Array(floats.buffer);
  const widen = type === "F16" ? float16ToFloat32Bits : bfloat16ToFloat32Bits;
  const chunk = new Uint16Array(Math.min(count, chunkElements));
  for (let done = 0; done < count; done += chunk.length) {
    const halves = chunk.subarray(0, Math.min(chunk.length, count - done));
    source.readInto(new Uint8Array(halves.buffer, 0, halves.byteLength), offset + 2 * done);
    for (let i = 0; i < halves.length; i++) bits[done + i] = widen(halves[i] ?? 0);
  }
  return floats;
}

/** bf16 is the upper half of a float32. */
export function bfloat16ToFloat32Bits(half: number): number {
  return (half << 16) >>> 0;
}

/** IEEE 754 binary16 as the bits of the equal binary32; subnormals become normal, NaN keeps its payload. */
export function float16ToFloat32Bits(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return (sign | 0x7f800000 | (fraction << 13)) >>> 0;
  if (exponent > 0) return (sign | ((exponent + 112) << 23) | (fraction << 13)) >>> 0;
  if (fraction === 0) return sign >>> 0;
  const shift = Math.clz32(fraction) - 21; // moves the leading one to bit 10
  return (sign | ((113 - shift) << 23) | (((fraction << shift) & 0x3ff) << 13)) >>> 0;
}
