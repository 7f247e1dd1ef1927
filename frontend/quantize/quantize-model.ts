import type { Checkpoint, LayerWeights, ModelConfig } from "../checkpoint.ts";
import { concatenate } from "./concatenate.ts";
import type { Int8Matrix } from "./matrix.ts";
import { plainInt8 } from "./precision.ts";
import { quantizeStacked } from "./quantize-matrix.ts";
import type { Int8Model, QuantizedLayer } from "./quantized-model.ts";

/** Quantizes every matrix to int8 per output channel (docs/numerics.md, "Integer reference"). */
export function quantizeModel(checkpoint: Checkpoint): Int8Model {
  const { id, sha256, config, embed, finalNorm } = checkpoint;
  return {
    id,
    sha256,
    config,
    precision: plainInt8,
    embed,
    layers: checkpoint.layers.map((layer) => quantizeLayer(layer, config)),
    finalNorm,
    head: quantizeStacked(config.hidden, checkpoint.head),
    headInput: {},
  };
}

function quantizeLayer(layer: LayerWeights, config: ModelConfig): QuantizedLayer<Int8Matrix> {
  const { hidden, heads, headDim, ffn } = config;
  return {
    attnNorm: layer.attnNorm,
    qkv: quantizeStacked(hidden, layer.wq, layer.wk, layer.wv),
    ...optionalParts(layer),
    wo: quantizeStacked(heads * headDim, layer.wo),
    ffnNorm: layer.ffnNorm,
    wGate: quantizeStacked(hidden, layer.wGate),
    wUp: quantizeStacked(hidden, layer.wUp),
    wDown: quantizeStacked(ffn, layer.wDown),
    inputs: { qkv: {}, wo: {}, gateUp: {}, down: {} },
  };
}

function optionalParts({
  bq,
  bk,
  bv,
  qNorm,
  kNorm,
}: LayerWeights): Pick<QuantizedLayer, "qkvBias" | "qNorm" | "kNorm"> {
  return {
    ...(bq && bk && bv && { qkvBias: concatenate(bq, bk, bv) }),
    ...(qNorm && { qNorm }),
    ...(kNorm && { kNorm }),
  };
}
