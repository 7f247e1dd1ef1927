import { addF32, expF32, mulF32, negF32, recipF32, subF32 } from "../../ir/index.ts";
import type { RotaryRow } from "./rotary.ts";

/** gate = (gate * recip(1 + exp(-gate))) * up: SwiGLU in float32 operations. */
export function gateQuantizedFfn(gate: Float32Array, up: Float32Array): void {
  for (let i = 0; i < gate.length; i++) {
    const x = gate[i] ?? 0;
    gate[i] = mulF32(mulF32(x, recipF32(addF32(1, expF32(negF32(x))))), up[i] ?? 0);
  }
}

/** Turns the pairs (j, j + headDim/2) of each head of `vector`, in place, in float32 operations. */
export function rotateHeads(vector: Float32Array, { cosines, sines }: RotaryRow): void {
  const half = cosines.length;
  for (let head = 0; head < vector.length; head += 2 * half) {
    for (let j = 0; j < half; j++) {
      const [a, b] = [vector[head + j] ?? 0, vector[head + j + half] ?? 0];
      const [c, s] = [cosines[j] ?? 0, sines[j] ?? 0];
      vector[head + j] = subF32(mulF32(a, c), mulF32(b, s));
      vector[head + j + half] = addF32(mulF32(b, c), mulF32(a, s));
    }
  }
}
