import type { TensorData, WeightSource } from "../../ir/index.ts";
import type { Checkpoint, ModelConfig } from "../checkpoint.ts";
import { rotaryRow } from "../executor/integer-activation.ts";
import type { QuantizedMatrix } from "../quantize/quantize-matrix.ts";
import type { QuantizedModel } from "../quantize/quantize-model.ts";

type Named = Readonly<Record<string, TensorData>>;

/** The weights of a float graph: `embed`, `rope_cos`, …, and per layer `attn_norm`, `wqkv` (queries, keys, values), `wo`, …. */
export function floatWeights(checkpoint: Checkpoint): WeightSource {
  const { config, embed, finalNorm, head } = checkpoint;
  const global = { embed, final_norm: finalNorm, head, ...rotaryTables(config) };
  const layers = checkpoint.layers.map(({ attnNorm, wq, wk, wv, wo, ffnNorm, wGate, wUp, wDown }) => ({
    attn_norm: attnNorm,
    wqkv: concatenated(wq, wk, wv),
    wo,
    ffn_norm: ffnNorm,
    wgate: wGate,
    wup: wUp,
    wdown: wDown,
  }));
  return lookUp(global, layers);
}

/** The weights of a quantized graph: those of the float graph, each matrix `w` as int8 with its scales `w.scale`. */
export function quantizedWeights(model: QuantizedModel): WeightSource {
  const { config, embed, finalNorm, head } = model;
  const global = { embed, final_norm: finalNorm, ...matrix("head", head), ...rotaryTables(config) };
  const layers = model.layers.map((layer) => ({
    attn_norm: layer.attnNorm,
    ffn_norm: layer.ffnNorm,
    ...matrix("wqkv", layer.qkv),
    ...matrix("wo", layer.wo),
    ...matrix("wgate", layer.wGate),
    ...matrix("wup", layer.wUp),
    ...matrix("wdown", layer.wDown),
  }));
  return lookUp(global, layers);
}

function lookUp(global: Named, layers: readonly Named[]): WeightSource {
  return (name, layer) => (layer === undefined ? undefined : layers[layer]?.[name]) ?? global[name];
}

function matrix(name: string, { weights, scales }: QuantizedMatrix): Named {
  return { [name]: weights, [`${name}.scale`]: scales };
}

function concatenated(...parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let from = 0;
  for (const part of parts) {
    whole.set(part, from);
    from += part.length;
  }
  return whole;
}

/** cos and sin of every position of the model, [maxContext, headDim / 2]. */
function rotaryTables({ maxContext, headDim, ropeTheta }: ModelConfig): Named {
  const rows = Array.from({ length: maxContext }, (_, position) => rotaryRow(position, ropeTheta, headDim));
  return {
    rope_cos: concatenated(...rows.map((row) => row.cosines)),
    rope_sin: concatenated(...rows.map((row) => row.sines)),
  };
}
