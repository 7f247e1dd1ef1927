import type { ModelShape } from "./shape.ts";

/** What a step has to do whatever the hardware: the numerators of MFU and MBU. */
export interface StepNeeds {
  readonly linearMacs: number;
  readonly attentionMacs: number;
  /** Int8 weights and their f32 scales, gains included, read once for all rows. */
  readonly weightBytes: number;
  readonly kvReadBytes: number;
  readonly kvWriteBytes: number;
}

/** Needs of a step of `rows` rows that each see `context` positions (their own included), `emitted` of them with the head. */
export function macsAndBytes(model: ModelShape, rows: number, context: number, emitted = rows): StepNeeds {
  const { hidden, layers, heads, kvHeads, headDim, ffn, vocab, windows } = model;
  const [q, kv] = [heads * headDim, kvHeads * headDim];
  const visible = windows.reduce<number>((sum, window) => sum + Math.min(context, window ?? context), 0);
  const layerWeights = hidden * (q + 2 * kv) + q * hidden + 3 * hidden * ffn;
  const own = (model.qkvBias === true ? q + 2 * kv : 0) + (model.qkNorm === true ? 2 * headDim : 0);
  const layerFloats = q + 2 * kv + hidden + 2 * ffn + hidden + 2 * hidden + own;
  const headWeights = emitted > 0 ? vocab * hidden : 0;
  const headFloats = emitted > 0 ? vocab + hidden : 0;
  const record = 2 * kv + 8 * kvHeads;
  return {
    linearMacs: rows * layers * layerWeights + emitted * vocab * hidden,
    attentionMacs: rows * 2 * q * visible,
    weightBytes: layers * layerWeights + headWeights + 4 * (layers * layerFloats + headFloats),
    kvReadBytes: rows * visible * record,
    kvWriteBytes: rows * layers * record,
  };
}
