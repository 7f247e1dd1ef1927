import type { ModelConfig } from "../checkpoint.ts";
import type { QuantizedLayer } from "../quantize/quantized-model.ts";
import { HeadNorm } from "./head-norm.ts";
import { rotateHeads } from "./integer-activation.ts";
import { type IntegerCache, storeQuantized } from "./integer-cache.ts";
import { addVector } from "./integer-kernels.ts";
import { rotaryRow, rotarySpeeds } from "./rotary.ts";

/** What becomes of a row of queries, keys and values before attention (docs/numerics.md, "Integer reference", layer steps 1 to 3). */
export class HeadRows {
  readonly #config: ModelConfig;
  readonly #headNorm: HeadNorm;
  readonly #speeds: Float64Array;

  constructor(config: ModelConfig) {
    this.#config = config;
    this.#headNorm = new HeadNorm(config);
    this.#speeds = rotarySpeeds(config);
  }

  /** Adds biases, norms and turns `qkv` [(heads + 2 kvHeads) headDim] in place; keys and values go to the cache, queries come back with the factors of their heads. */
  take(
    layer: Pick<QuantizedLayer, "qkvBias" | "qNorm" | "kNorm">,
    { cache, position }: { readonly cache: IntegerCache; readonly position: number },
    qkv: Float32Array,
  ): { readonly queries: Float32Array; readonly factors: Float32Array } {
    const { heads, kvHeads, headDim } = this.#config;
    if (layer.qkvBias !== undefined) addVector(qkv, layer.qkvBias);
    const keysFrom = heads * headDim;
    const valuesFrom = keysFrom + kvHeads * headDim;
    const [queries, keys] = [qkv.subarray(0, keysFrom), qkv.subarray(keysFrom, valuesFrom)];
    const factors = this.#headNorm.apply(queries, layer.qNorm);
    const keyFactors = this.#headNorm.apply(keys, layer.kNorm);
    rotateHeads(qkv.subarray(0, valuesFrom), rotaryRow(position, this.#speeds));
    storeQuantized(cache, position, { keys, keyFactors, values: qkv.subarray(valuesFrom) });
    return { queries, factors };
  }
}
