import { recordUsedBytes } from "./kv-format.ts";
import { groupOf, type HardwarePrecision, isBf16, PLAIN_INT8, weightBits } from "./precision.ts";
import type { ModelShape } from "./shape.ts";

/** What a step has to do whatever the hardware: the numerators of MFU and MBU. */
export interface StepNeeds {
  readonly linearMacs: number;
  readonly attentionMacs: number;
  /** Weights, their scales, and gains, read once for all rows; outlier columns apart. */
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
  const { precision = PLAIN_INT8 } = model;
  const scales = isBf16(precision) ? 0 : 1;
  const layerFloats = scales * (q + 2 * kv + hidden + 2 * ffn + hidden) + 2 * hidden + own;
  const headWeights = emitted > 0 ? vocab * hidden : 0;
  const headFloats = emitted > 0 ? scales * vocab + hidden : 0;
  const record = recordUsedBytes(model, precision);
  return {
    linearMacs: rows * layers * layerWeights + emitted * vocab * hidden,
    attentionMacs: rows * 2 * q * visible,
    weightBytes:
      weightBytesOf(precision, layers * layerWeights, headWeights) + 4 * (layers * layerFloats + headFloats),
    kvReadBytes: rows * visible * record,
    kvWriteBytes: rows * layers * record,
  };
}

/** Of int4 a byte for each group more, and a head of int8. */
function weightBytesOf(precision: HardwarePrecision, inLayers: number, inHead: number): number {
  const group = groupOf(precision);
  const bytes = weightBits(precision) / 8;
  return group === undefined
    ? bytes * (inLayers + inHead)
    : bytes * inLayers + Math.ceil(inLayers / group) + inHead;
}
