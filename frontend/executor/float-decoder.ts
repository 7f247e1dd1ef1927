import { at, CompilerBug } from "../../ir/index.ts";
import { type Checkpoint, type LayerWeights, windowOfLayer } from "../checkpoint.ts";
import type { SequenceDecoder } from "./decoder.ts";
import { appendToCache, createFloatAttention, createFloatCache, type FloatView } from "./float-attention.ts";
import { accumulate, gateBySilu, multiplyMatrix, normalizeHeads, normalizeRms } from "./float-kernels.ts";
import { createRotation } from "./rotation.ts";

/** Vectors that a step works in; one set serves all steps. */
interface Scratch {
  readonly normed: Float32Array;
  /** Queries, keys and values one after the other. */
  readonly qkv: Float32Array;
  readonly query: Float32Array;
  readonly key: Float32Array;
  readonly value: Float32Array;
  readonly attended: Float32Array;
  readonly gate: Float32Array;
  readonly up: Float32Array;
  readonly delta: Float32Array;
}

/** The vectors that matrices of a layer multiply; `head`: what the head multiplies. */
export type InputName = "qkv" | "wo" | "gateUp" | "down" | "head";

/** The matrices of a layer; `head`: that of the model. */
export type MatrixName = "qkv" | "wo" | "gate" | "up" | "down" | "head";

/** How the float32 engine runs. */
export interface FloatDecoderOptions {
  /** Called with each vector that a matrix multiplies, before it does; the vector is valid during the call. */
  readonly onInput?: (input: InputName, layer: number, vector: Float32Array) => void;
  /** Called with what a matrix gave, before a bias; the vector is valid during the call. */
  readonly onProduct?: (matrix: MatrixName, layer: number, product: Float32Array) => void;
}

/**
 * Starts a sequence of the float32 engine: the model as it was trained, which every quantized result is
 * measured against. Weights, activations and the key/value cache are float32, sums within an operation double.
 */
export function createFloatDecoder(
  checkpoint: Checkpoint,
  options: FloatDecoderOptions = {},
): SequenceDecoder {
  const { config, layers, embed, finalNorm, head } = checkpoint;
  const runLayer = createLayerRunner(checkpoint, options);
  const caches = layers.map(() => createFloatCache(config));
  const normed = new Float32Array(config.hidden);
  let position = 0;
  return {
    get length(): number {
      return position;
    },
    step: (token) => {
      if (token < 0 || token >= config.vocab)
        throw new CompilerBug(`token ${String(token)} is outside the vocabulary`);
      const stream = embed.slice(token * config.hidden, (token + 1) * config.hidden);
      for (const [i, layer] of layers.entries()) {
        const view = { cache: at(caches, i), position, window: windowOfLayer(config, i), layer: i };
        runLayer(layer, view, stream);
      }
      normalizeRms(stream, finalNorm, config.normEps, normed);
      options.onInput?.("head", layers.length, normed);
      const logits = new Float32Array(config.vocab);
      multiplyMatrix(head, normed, logits);
      options.onProduct?.("head", layers.length, logits);
      position++;
      return logits;
    },
  };
}

/** Where a layer is run. */
interface LayerView extends FloatView {
  readonly layer: number;
}

/** One decoder layer; `stream` is the residual stream, updated in place. */
function createLayerRunner(
  checkpoint: Checkpoint,
  { onInput, onProduct }: FloatDecoderOptions,
): (layer: LayerWeights, view: LayerView, stream: Float32Array) => void {
  const { config } = checkpoint;
  const rotate = createRotation(config);
  const attend = createFloatAttention(config);
  const s = createScratch(checkpoint);
  const runAttention = (layer: LayerWeights, view: LayerView, stream: Float32Array): void => {
    normalizeRms(stream, layer.attnNorm, config.normEps, s.normed);
    onInput?.("qkv", view.layer, s.normed);
    multiplyMatrix(layer.wq, s.normed, s.query);
    multiplyMatrix(layer.wk, s.normed, s.key);
    multiplyMatrix(layer.wv, s.normed, s.value);
    onProduct?.("qkv", view.layer, s.qkv);
    finishHeads(layer, config, s);
    rotate(s.query, view.position);
    rotate(s.key, view.position);
    appendToCache(view.cache, view.position, s.key, s.value);
    attend(s.query, view, s.attended);
    onInput?.("wo", view.layer, s.attended);
    multiplyMatrix(layer.wo, s.attended, s.delta);
    onProduct?.("wo", view.layer, s.delta);
    accumulate(stream, s.delta);
  };
  const runFfn = (layer: LayerWeights, view: LayerView, stream: Float32Array): void => {
    normalizeRms(stream, layer.ffnNorm, config.normEps, s.normed);
    onInput?.("gateUp", view.layer, s.normed);
    multiplyMatrix(layer.wGate, s.normed, s.gate);
    multiplyMatrix(layer.wUp, s.normed, s.up);
    onProduct?.("gate", view.layer, s.gate);
    onProduct?.("up", view.layer, s.up);
    gateBySilu(s.gate, s.up);
    onInput?.("down", view.layer, s.gate);
    multiplyMatrix(layer.wDown, s.gate, s.delta);
    onProduct?.("down", view.layer, s.delta);
    accumulate(stream, s.delta);
  };
  return (layer, view, stream) => {
    runAttention(layer, view, stream);
    runFfn(layer, view, stream);
  };
}

/** Biases and the norms of heads, where the model has them. */
function finishHeads(layer: LayerWeights, { normEps }: Checkpoint["config"], s: Scratch): void {
  if (layer.bq !== undefined) accumulate(s.query, layer.bq);
  if (layer.bk !== undefined) accumulate(s.key, layer.bk);
  if (layer.bv !== undefined) accumulate(s.value, layer.bv);
  if (layer.qNorm !== undefined) normalizeHeads(s.query, layer.qNorm, normEps);
  if (layer.kNorm !== undefined) normalizeHeads(s.key, layer.kNorm, normEps);
}

function createScratch({ config }: Checkpoint): Scratch {
  const { hidden, heads, kvHeads, headDim, ffn } = config;
  const keysFrom = heads * headDim;
  const valuesFrom = keysFrom + kvHeads * headDim;
  const qkv = new Float32Array(valuesFrom + kvHeads * headDim);
  return {
    normed: new Float32Array(hidden),
    qkv,
    query: qkv.subarray(0, keysFrom),
    key: qkv.subarray(keysFrom, valuesFrom),
    value: qkv.subarray(valuesFrom),
    attended: new Float32Array(heads * headDim),
    gate: new Float32Array(ffn),
    up: new Float32Array(ffn),
    delta: new Float32Array(hidden),
  };
}
