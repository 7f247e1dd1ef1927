import type { TensorData, WeightSource } from "../../ir/index.ts";
import type { Checkpoint, ModelConfig } from "../checkpoint.ts";
import { rotaryRow, rotarySpeeds } from "../executor/rotary.ts";
import { concatenate } from "../quantize/concatenate.ts";
import type { Int8Matrix } from "../quantize/matrix.ts";
import type { Int8Model, QuantizedLayer } from "../quantize/quantized-model.ts";

type Named = Readonly<Record<string, TensorData>>;

/** The weights of a float graph: `embed`, `rope_cos`, …, and per layer `attn_norm`, `wqkv` (queries, keys, values), `bqkv` and `q_norm`, `k_norm` where the model has them, `wo`, …. */
export function floatWeights(checkpoint: Checkpoint): WeightSource {
  const { config, embed, finalNorm, head } = checkpoint;
  const global = { embed, final_norm: finalNorm, head, ...rotaryTables(config) };
  const layers = checkpoint.layers.map((layer) => ({
    attn_norm: layer.attnNorm,
    wqkv: concatenate(layer.wq, layer.wk, layer.wv),
    ...(layer.bq && layer.bk && layer.bv && { bqkv: concatenate(layer.bq, layer.bk, layer.bv) }),
    ...headGains(layer),
    wo: layer.wo,
    ffn_norm: layer.ffnNorm,
    wgate: layer.wGate,
    wup: layer.wUp,
    wdown: layer.wDown,
  }));
  return lookUp(global, layers);
}

/** The weights of a quantized graph: those of the float graph, each matrix `w` as int8 with its scales `w.scale`. */
export function quantizedWeights(model: Int8Model): WeightSource {
  const { config, embed, finalNorm, head } = model;
  const global = { embed, final_norm: finalNorm, ...matrix("head", head), ...rotaryTables(config) };
  const layers = model.layers.map((layer) => ({
    attn_norm: layer.attnNorm,
    ffn_norm: layer.ffnNorm,
    ...matrix("wqkv", layer.qkv),
    ...(layer.qkvBias && { bqkv: layer.qkvBias }),
    ...headGains(layer),
    ...matrix("wo", layer.wo),
    ...matrix("wgate", layer.wGate),
    ...matrix("wup", layer.wUp),
    ...matrix("wdown", layer.wDown),
  }));
  return lookUp(global, layers);
}

/** Gains of queries and keys, where the model has them. */
function headGains({ qNorm, kNorm }: Pick<QuantizedLayer, "qNorm" | "kNorm">): Named {
  return { ...(qNorm && { q_norm: qNorm }), ...(kNorm && { k_norm: kNorm }) };
}

function lookUp(global: Named, layers: readonly Named[]): WeightSource {
  return (name, layer) => (layer === undefined ? undefined : layers[layer]?.[name]) ?? global[name];
}

function matrix(name: string, { weights, scales }: Int8Matrix): Named {
  return { [name]: weights, [`${name}.scale`]: scales };
}

/** cos and sin of every position of the model, [maxContext, headDim / 2]. */
function rotaryTables(config: ModelConfig): Named {
  const speeds = rotarySpeeds(config);
  const rows = Array.from({ length: config.maxContext }, (_, position) => rotaryRow(position, speeds));
  return {
    rope_cos: concatenate(...rows.map((row) => row.cosines)),
    rope_sin: concatenate(...rows.map((row) => row.sines)),
  };
}
