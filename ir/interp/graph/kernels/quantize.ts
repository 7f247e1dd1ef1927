/*
 * quantize, norm_quantize and linear of docs/numerics.md, "Integer reference". An index that the loop bounds keep
 * inside the array reads `?? 0`.
 */
import { recipF32 } from "../../../numerics/f32-recip.ts";
import { rsqrtF32 } from "../../../numerics/f32-rsqrt.ts";
import { absF32, addF32, f32ToSigned, maxF32, mulF32, signedToF32 } from "../../../numerics/f32-semantics.ts";

const C127 = Math.fround(1 / 127);
const SMALLEST_MAXIMUM = 2 ** -100;
const PARTS = 8;

/** q = int8 of v; returns the scale. */
export function quantizeInto(q: Int8Array, v: Float32Array): number {
  let amax = 0;
  for (const value of v) amax = maxF32(amax, absF32(value));
  const inv = mulF32(127, recipF32(maxF32(amax, SMALLEST_MAXIMUM)));
  for (let i = 0; i < v.length; i++) q[i] = f32ToSigned(mulF32(v[i] ?? 0, inv), 8);
  return mulF32(amax, C127);
}

/** q = int8 of RMSNorm(x) * gain but for the factor rsqrt(mean square), which the returned scale carries. */
export function normQuantizeInto(q: Int8Array, x: Float32Array, gain: Float32Array, eps: number): number {
  const scaled = x.map((value, i) => mulF32(value, gain[i] ?? 0));
  return mulF32(quantizeInto(q, scaled), rmsFactor(x, eps));
}

/** rsqrt of the mean square of x plus eps. */
export function rmsFactor(x: Float32Array, eps: number): number {
  const mean = mulF32(sumOfSquares(x), Math.fround(1 / x.length));
  return rsqrtF32(addF32(mean, Math.fround(eps)));
}

function sumOfSquares(x: Float32Array): number {
  const parts = new Float32Array(PARTS);
  x.forEach((value, i) => {
    parts[i % PARTS] = addF32(parts[i % PARTS] ?? 0, mulF32(value, value));
  });
  let level = Array.from(parts, (_, i) => parts[(x.length + i) % PARTS] ?? 0);
  while (level.length > 1)
    level = level.flatMap((left, i) => (i % 2 === 0 ? [addF32(left, level[i + 1] ?? 0)] : []));
  return level[0] ?? 0;
}

/** A weight matrix in int8, row-major, with one scale per row. */
export interface QuantizedWeights {
  readonly w: Int8Array;
  readonly sw: Float32Array;
}

/** y[n] = (sum over k of w[n][k] * q[k]) * sw[n] * s. */
export function qlinearInto(y: Float32Array, q: Int8Array, s: number, { w, sw }: QuantizedWeights): void {
  for (let n = 0; n < y.length; n++)
    y[n] = mulF32(mulF32(signedToF32(dotBytes(q, w, n * q.length)), sw[n] ?? 0), s);
}

/** The exact sum of `q[i] * w[from + i]`, in 32 bits. */
export function dotBytes(q: Int8Array, w: Int8Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < q.length; i++) sum = (sum + Math.imul(q[i] ?? 0, w[from + i] ?? 0)) | 0;
  return sum;
}
