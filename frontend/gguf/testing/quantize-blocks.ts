import { roundToEven } from "../../quantize/round.ts";
import { blockShapes, type GgufTypeName } from "../tensor-types.ts";

/** The bytes of elements in a type of a GGUF file; blocks are quantized plainly, without ggml's search for better scales. */
export function encodeElements(type: GgufTypeName, values: Float32Array): Uint8Array {
  if (type === "F32") return new Uint8Array(values.slice().buffer);
  const { elements, bytes } = blockShapes[type];
  const out = new Uint8Array((values.length / elements) * bytes);
  for (let block = 0; block < values.length / elements; block++) {
    const view = new DataView(out.buffer, block * bytes, bytes);
    encoders[type](values.subarray(block * elements, (block + 1) * elements), view);
  }
  return out;
}

type Encoder = (values: Float32Array, view: DataView) => void;

const encoders: Readonly<Record<Exclude<GgufTypeName, "F32">, Encoder>> = {
  F16: (values, view) => {
    view.setUint16(0, halfBits(values[0] ?? 0), true);
  },
  BF16: (values, view) => {
    view.setUint16(0, bfloatBits(values[0] ?? 0), true);
  },
  Q8_0: encodeQ8,
  Q4_0: encodeQ4,
  Q4_K: encodeQ4K,
  Q6_K: encodeQ6K,
};

/** The nearest binary16 number, ties to even; values of models are far from its largest. */
function halfBits(value: number): number {
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const exponent = Math.max(Math.floor(Math.log2(magnitude)), -14);
  const units = magnitude === 0 ? 0 : roundToEven(magnitude * 2 ** (10 - exponent));
  return sign | (magnitude === 0 ? 0 : ((exponent + 14) << 10) + units);
}

/** What {@link halfBits} stands for. */
function nearestHalf(value: number): number {
  const bits = halfBits(value) & 0x7fff;
  const exponent = bits >> 10;
  const units = exponent === 0 ? bits : (bits & 1023) + 1024;
  return Math.sign(value) * units * 2 ** (Math.max(exponent, 1) - 25);
}

function bfloatBits(value: number): number {
  const bits = new Uint32Array(Float32Array.of(value).buffer)[0] ?? 0;
  return (bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16;
}

const clamp = (value: number, least: number, most: number): number => Math.min(Math.max(value, least), most);

/** The element of the largest magnitude, with its sign. */
function extreme(values: Float32Array): number {
  return values.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
}

function encodeQ8(values: Float32Array, view: DataView): void {
  const d = Math.abs(extreme(values)) / 127;
  view.setUint16(0, halfBits(d), true);
  for (const [i, value] of values.entries()) view.setInt8(2 + i, d === 0 ? 0 : Math.round(value / d));
}

function encodeQ4(values: Float32Array, view: DataView): void {
  const d = extreme(values) / -8;
  view.setUint16(0, halfBits(d), true);
  const q = (i: number): number => (d === 0 ? 8 : clamp(Math.trunc((values[i] ?? 0) / d + 8.5), 0, 15));
  for (let i = 0; i < 16; i++) view.setUint8(2 + i, q(i) | (q(i + 16) << 4));
}

/** Eight groups of 32 with a step and an offset each, both multiples of one scale of the block. */
function encodeQ4K(values: Float32Array, view: DataView): void {
  const groups = Array.from({ length: 8 }, (_, j) => values.subarray(32 * j, 32 * j + 32));
  const offsets = groups.map((group) => Math.max(0, -Math.min(...group)));
  const steps = groups.map((group, j) => (Math.max(...group) + (offsets[j] ?? 0)) / 15);
  const d = nearestHalf(Math.max(...steps) / 63);
  const dmin = nearestHalf(Math.max(...offsets) / 63);
  view.setUint16(0, halfBits(d), true);
  view.setUint16(2, halfBits(dmin), true);
  const scales = steps.map((step) => (d === 0 ? 0 : clamp(Math.round(step / d), 0, 63)));
  const minima = offsets.map((offset) => (dmin === 0 ? 0 : clamp(Math.round(offset / dmin), 0, 63)));
  writeSixBits(view, scales, minima);
  for (const [j, group] of groups.entries()) {
    const step = d * (scales[j] ?? 0);
    const offset = dmin * (minima[j] ?? 0);
    for (const [i, value] of group.entries()) {
      const q = step === 0 ? 0 : clamp(Math.round((value + offset) / step), 0, 15);
      const at = 16 + 32 * (j >> 1) + i;
      view.setUint8(at, view.getUint8(at) | (q << (4 * (j & 1))));
    }
  }
}

function writeSixBits(view: DataView, scales: readonly number[], minima: readonly number[]): void {
  for (let j = 0; j < 4; j++) {
    const [low, high] = [scales[j] ?? 0, scales[j + 4] ?? 0];
    const [lowMin, highMin] = [minima[j] ?? 0, minima[j + 4] ?? 0];
    view.setUint8(4 + j, low | ((high >> 4) << 6));
    view.setUint8(8 + j, lowMin | ((highMin >> 4) << 6));
    view.setUint8(12 + j, (high & 15) | ((highMin & 15) << 4));
  }
}

/** Sixteen groups of 16 with int8 scales. */
function encodeQ6K(values: Float32Array, view: DataView): void {
  const groups = Array.from({ length: 16 }, (_, j) => values.subarray(16 * j, 16 * j + 16));
  const steps = groups.map((group) => Math.abs(extreme(group)) / 31);
  const d = nearestHalf(Math.max(...steps) / 127);
  view.setUint16(208, halfBits(d), true);
  for (const [j, group] of groups.entries()) {
    const scale = d === 0 ? 0 : clamp(Math.round((steps[j] ?? 0) / d), 0, 127);
    view.setInt8(192 + j, scale);
    for (const [i, value] of group.entries()) {
      const q = 32 + (scale === 0 ? 0 : clamp(Math.round(value / (d * scale)), -32, 31));
      writeQ6(view, 16 * j + i, q);
    }
  }
}

function writeQ6(view: DataView, index: number, q: number): void {
  const quarter = (index >> 5) & 3;
  const nibbles = 64 * (index >> 7) + 32 * (quarter & 1) + (index & 31);
  const pairs = 128 + 32 * (index >> 7) + (index & 31);
  view.setUint8(nibbles, view.getUint8(nibbles) | ((q & 15) << (4 * (quarter >> 1))));
  view.setUint8(pairs, view.getUint8(pairs) | ((q >> 4) << (2 * quarter)));
}
