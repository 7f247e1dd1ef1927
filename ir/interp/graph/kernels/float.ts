// Float sums are in double and rounded once; the rest is float32 by the primitives of docs/numerics.md.
import { expF32 } from "../../../numerics/f32-exp.ts";
import { recipF32 } from "../../../numerics/f32-recip.ts";
import { addF32, mulF32, negF32, subF32 } from "../../../numerics/f32-semantics.ts";

/** y = x / sqrt(mean(x^2) + eps) * gain. */
export function rmsNormInto(y: Float32Array, x: Float32Array, gain: Float32Array, eps: number): void {
  let sum = 0;
  for (const value of x) sum += value * value;
  const factor = 1 / Math.sqrt(sum / x.length + eps);
  for (let i = 0; i < x.length; i++) y[i] = (x[i] ?? 0) * factor * (gain[i] ?? 0);
}

/** y = w · x, for w [y.length, x.length] row-major. */
export function linearInto(y: Float32Array, x: Float32Array, w: Float32Array): void {
  for (let n = 0; n < y.length; n++) y[n] = dotFloats(x, w, n * x.length);
}

/** The sum of `x[i] * w[from + i]`, in double. */
export function dotFloats(x: Float32Array, w: Float32Array, from: number): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += (x[i] ?? 0) * (w[from + i] ?? 0);
  return sum;
}

/** RoPE of each head of x, halves paired. */
export function ropeInto(y: Float32Array, x: Float32Array, cos: Float32Array, sin: Float32Array): void {
  const half = cos.length;
  for (let head = 0; head < x.length; head += 2 * half) {
    for (let j = 0; j < half; j++) {
      const [a, b] = [x[head + j] ?? 0, x[head + half + j] ?? 0];
      const [c, s] = [cos[j] ?? 0, sin[j] ?? 0];
      y[head + j] = subF32(mulF32(a, c), mulF32(b, s));
      y[head + half + j] = addF32(mulF32(b, c), mulF32(a, s));
    }
  }
}

/** gate * recip(1 + exp(-gate)) * up. */
export function siluMul(gate: number, up: number): number {
  return mulF32(mulF32(gate, recipF32(addF32(1, expF32(negF32(gate))))), up);
}

/** The lowest index of the largest element. */
export function argmaxOf(x: Float32Array): number {
  let best = 0;
  for (let i = 1; i < x.length; i++) if ((x[i] ?? 0) > (x[best] ?? 0)) best = i;
  return best;
}
