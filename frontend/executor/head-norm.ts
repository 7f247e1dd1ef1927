import { mulF32 } from "../../ir/index.ts";
import type { ModelConfig } from "../checkpoint.ts";
import { type NormConstants, normConstants, rmsFactor } from "./integer-kernels.ts";

/** The norm of each head of queries and of keys (docs/numerics.md, "Integer reference", layer step 2). */
export class HeadNorm {
  readonly #headDim: number;
  readonly #constants: NormConstants;

  constructor({ headDim, normEps }: ModelConfig) {
    this.#headDim = headDim;
    this.#constants = normConstants(headDim, normEps);
  }

  /**
   * Multiplies the heads in `vector` by the gains, in place; returns the RMS factor of each, which goes into the head's
   * scale. Without gains the heads stay, with factors of 1.
   */
  apply(vector: Float32Array, gains: Float32Array | undefined): Float32Array {
    const factors = new Float32Array(vector.length / this.#headDim).fill(1);
    if (gains === undefined) return factors;
    for (let head = 0; head < factors.length; head++) {
      const channels = vector.subarray(head * this.#headDim, (head + 1) * this.#headDim);
      factors[head] = rmsFactor(channels, this.#constants);
      for (let d = 0; d < channels.length; d++) channels[d] = mulF32(channels[d] ?? 0, gains[d] ?? 0);
    }
    return factors;
  }
}
