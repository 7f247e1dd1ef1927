import { float16ToFloat32Bits } from "../safetensors/read-floats.ts";
import type { GgufTypeName } from "./tensor-types.ts";

/** Writes the elements of the blocks in `bytes` to `out`, from its start. */
export type Dequantizer = (bytes: Uint8Array, out: Float32Array) => void;

/** The types whose elements share scales in blocks. */
export type BlockType = Extract<GgufTypeName, `Q${string}`>;

const floatBits = new Uint32Array(1);
const float = new Float32Array(floatBits.buffer);

/** The little-endian binary16 number at `offset`. */
function half(bytes: Uint8Array, offset: number): number {
  floatBits[0] = float16ToFloat32Bits((bytes[offset] ?? 0) | ((bytes[offset + 1] ?? 0) << 8));
  return float[0] ?? 0;
}

const signed = (byte: number | undefined): number => ((byte ?? 0) << 24) >> 24;

/** 32 int8 behind a binary16 scale: `d * q`. */
function dequantizeQ8(bytes: Uint8Array, out: Float32Array): void {
  for (let block = 0, at = 0; at < out.length; block += 34, at += 32) {
    const d = half(bytes, block);
    for (let i = 0; i < 32; i++) out[at + i] = d * signed(bytes[block + 2 + i]);
  }
}

/** 32 nibbles behind a binary16 scale: `d * (q - 8)`; the low nibbles are the first half of the block. */
function dequantizeQ4(bytes: Uint8Array, out: Float32Array): void {
  for (let block = 0, at = 0; at < out.length; block += 18, at += 32) {
    const d = half(bytes, block);
    for (let i = 0; i < 16; i++) {
      const pair = bytes[block + 2 + i] ?? 0;
      out[at + i] = d * ((pair & 15) - 8);
      out[at + 16 + i] = d * ((pair >> 4) - 8);
    }
  }
}

/**
 * 256 nibbles in 8 groups: `d * scale * q - dmin * min` with scales and minima of 6 bits. Twelve bytes hold them: the low
 * six bits of bytes 0 to 3 and 4 to 7 are those of groups 0 to 3; of groups 4 to 7 the low four bits are in bytes 8 to 11
 * and the high two in the free bits of bytes 0 to 7.
 */
function dequantizeQ4K(bytes: Uint8Array, out: Float32Array): void {
  for (let block = 0, at = 0; at < out.length; block += 144, at += 256) {
    const d = half(bytes, block);
    const dmin = half(bytes, block + 2);
    for (let group = 0; group < 8; group++) {
      const { scale, min } = groupOfQ4K(bytes, block + 4, group);
      const step = Math.fround(d * scale);
      const offset = Math.fround(dmin * min);
      const nibbles = block + 16 + 32 * (group >> 1);
      const shift = 4 * (group & 1);
      for (let i = 0; i < 32; i++) {
        const q = ((bytes[nibbles + i] ?? 0) >> shift) & 15;
        out[at + 32 * group + i] = Math.fround(step * q) - offset;
      }
    }
  }
}

function groupOfQ4K(
  bytes: Uint8Array,
  scales: number,
  group: number,
): { readonly scale: number; readonly min: number } {
  const low = bytes[scales + (group & 3)] ?? 0;
  const middle = bytes[scales + 4 + (group & 3)] ?? 0;
  if (group < 4) return { scale: low & 63, min: middle & 63 };
  const high = bytes[scales + 4 + group] ?? 0;
  return { scale: (high & 15) | ((low >> 6) << 4), min: (high >> 4) | ((middle >> 6) << 4) };
}

/**
 * 256 six-bit numbers in 16 groups with int8 scales: `d * scale * (q - 32)`. Each half of the block has 64 bytes of low
 * nibbles and 32 bytes of high pairs: element 32 j + i takes nibble byte 32 (j & 1) + i, low for j < 2, and bits 2 j of pair byte i.
 */
function dequantizeQ6K(bytes: Uint8Array, out: Float32Array): void {
  for (let block = 0, at = 0; at < out.length; block += 210, at += 256) {
    const d = half(bytes, block + 208);
    for (let index = 0; index < 256; index++) {
      const part = index >> 7;
      const quarter = (index >> 5) & 3;
      const i = index & 31;
      const nibbles = bytes[block + 64 * part + 32 * (quarter & 1) + i] ?? 0;
      const pairs = bytes[block + 128 + 32 * part + i] ?? 0;
      const q = ((nibbles >> (4 * (quarter >> 1))) & 15) | (((pairs >> (2 * quarter)) & 3) << 4);
      const scale = signed(bytes[block + 192 + (index >> 4)]);
      out[at + index] = Math.fround(d * scale) * (q - 32);
    }
  }
}

/** Dequantizers as ggml-quants.c defines them, one rounding to float32 per operation there. */
export const dequantizers: Readonly<Record<BlockType, Dequantizer>> = {
  Q8_0: dequantizeQ8,
  Q4_0: dequantizeQ4,
  Q4_K: dequantizeQ4K,
  Q6_K: dequantizeQ6K,
};
