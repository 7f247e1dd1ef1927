import { at, CompilerBug } from "../../ir/index.ts";
import { windowOfLayer } from "../checkpoint.ts";
import type { Int8Matrix } from "../quantize/matrix.ts";
import type { Int8Model, QuantizedLayer } from "../quantize/quantized-model.ts";
import type { SequenceDecoder } from "./decoder.ts";
import { HeadNorm } from "./head-norm.ts";
import { gateQuantizedFfn, rotateHeads } from "./integer-activation.ts";
import { BlockAttention } from "./integer-attention.ts";
import { createIntegerCache, type IntegerCache, storeQuantized } from "./integer-cache.ts";
import {
  addVector,
  createNormQuantizer,
  multiplyQuantized,
  normConstants,
  quantizeVector,
} from "./integer-kernels.ts";
import { rotaryRow, rotarySpeeds } from "./rotary.ts";

/** How the integer reference runs. */
export interface IntegerDecoderOptions {
  /** Positions of a block of the KV cache; the blocks of the softmax. */
  readonly blockSize?: number;
  /** Called with the residual stream [hidden] after each layer (layer -1: the embedding row). */
  readonly onLayer?: (layer: number, position: number, residual: Float32Array) => void;
}

/** A sequence of the integer reference, with its cache open to comparison. */
export interface IntegerDecoder extends SequenceDecoder {
  /** One per layer. */
  readonly caches: readonly IntegerCache[];
}

/** Starts a sequence of the integer reference: what the hardware computes, to the bit (docs/numerics.md). */
export function createIntegerDecoder(model: Int8Model, options: IntegerDecoderOptions = {}): IntegerDecoder {
  const { config, layers, embed, finalNorm, head } = model;
  const { hidden, vocab } = config;
  const caches = layers.map(() => createIntegerCache(config));
  const runner = new LayerRunner(model, options.blockSize ?? 16);
  const normQuantize = createNormQuantizer(hidden, normConstants(hidden, config.normEps));
  const q = new Int8Array(hidden);
  let position = 0;
  return {
    caches,
    get length(): number {
      return position;
    },
    step: (token) => {
      if (token < 0 || token >= vocab) throw new CompilerBug(`token ${token} is outside the vocabulary`);
      const residual = embed.slice(token * hidden, (token + 1) * hidden);
      options.onLayer?.(-1, position, residual);
      for (const [i, layer] of layers.entries()) {
        runner.run(layer, { cache: at(caches, i), position, window: windowOfLayer(config, i) }, residual);
        options.onLayer?.(i, position, residual);
      }
      const logits = new Float32Array(vocab);
      multiplyQuantized(head, q, normQuantize(residual, finalNorm, q), logits);
      position++;
      return logits;
    },
  };
}

/** Where a layer is run: its cache, the row's position, its window. */
interface Place {
  readonly cache: IntegerCache;
  readonly position: number;
  readonly window: number | undefined;
}

/** Runs layers; its vectors serve all of them. */
class LayerRunner {
  readonly #model: Int8Model;
  readonly #attention: BlockAttention;
  readonly #normQuantize: ReturnType<typeof createNormQuantizer>;
  readonly #headNorm: HeadNorm;
  readonly #speeds: Float64Array;
  readonly #normed: Int8Array;
  readonly #qkv: Float32Array;
  readonly #attended: Float32Array;
  readonly #attended8: Int8Array;
  readonly #gate: Float32Array;
  readonly #up: Float32Array;
  readonly #gate8: Int8Array;
  readonly #delta: Float32Array;

  constructor(model: Int8Model, blockSize: number) {
    const { hidden, heads, kvHeads, headDim, ffn, normEps } = model.config;
    this.#model = model;
    this.#attention = new BlockAttention(model.config, blockSize);
    this.#normQuantize = createNormQuantizer(hidden, normConstants(hidden, normEps));
    this.#headNorm = new HeadNorm(model.config);
    this.#speeds = rotarySpeeds(model.config);
    this.#normed = new Int8Array(hidden);
    this.#qkv = new Float32Array((heads + 2 * kvHeads) * headDim);
    this.#attended = new Float32Array(heads * headDim);
    this.#attended8 = new Int8Array(heads * headDim);
    this.#gate = new Float32Array(ffn);
    this.#up = new Float32Array(ffn);
    this.#gate8 = new Int8Array(ffn);
    this.#delta = new Float32Array(hidden);
  }

  /** One decoder layer for one position; `residual` is updated in place. */
  run(layer: QuantizedLayer<Int8Matrix>, place: Place, residual: Float32Array): void {
    this.#runAttention(layer, place, residual);
    this.#runFfn(layer, residual);
  }

  #runAttention(layer: QuantizedLayer<Int8Matrix>, place: Place, residual: Float32Array): void {
    const { heads, kvHeads, headDim } = this.#model.config;
    const scale = this.#normQuantize(residual, layer.attnNorm, this.#normed);
    multiplyQuantized(layer.qkv, this.#normed, scale, this.#qkv);
    if (layer.qkvBias !== undefined) addVector(this.#qkv, layer.qkvBias);
    const keysFrom = heads * headDim;
    const valuesFrom = keysFrom + kvHeads * headDim;
    const [queries, keys] = [this.#qkv.subarray(0, keysFrom), this.#qkv.subarray(keysFrom, valuesFrom)];
    const queryFactors = this.#headNorm.apply(queries, layer.qNorm);
    const keyFactors = this.#headNorm.apply(keys, layer.kNorm);
    rotateHeads(this.#qkv.subarray(0, valuesFrom), rotaryRow(place.position, this.#speeds));
    const values = this.#qkv.subarray(valuesFrom);
    storeQuantized(place.cache, place.position, { keys, keyFactors, values });
    this.#attention.attend({ queries, factors: queryFactors }, place, this.#attended);
    const attendedScale = quantizeVector(this.#attended, this.#attended8);
    multiplyQuantized(layer.wo, this.#attended8, attendedScale, this.#delta);
    addVector(residual, this.#delta);
  }

  #runFfn(layer: QuantizedLayer<Int8Matrix>, residual: Float32Array): void {
    const scale = this.#normQuantize(residual, layer.ffnNorm, this.#normed);
    multiplyQuantized(layer.wGate, this.#normed, scale, this.#gate);
    multiplyQuantized(layer.wUp, this.#normed, scale, this.#up);
    gateQuantizedFfn(this.#gate, this.#up);
    const gateScale = quantizeVector(this.#gate, this.#gate8);
    multiplyQuantized(layer.wDown, this.#gate8, gateScale, this.#delta);
    addVector(residual, this.#delta);
  }
}
