import type { StepRecord } from "../../runtime-host/index.ts";
import type { ModelShape } from "../schemas/manifest.ts";

/** What a step has to do, whatever the hardware. */
export interface NeededWork {
  readonly macs: number;
  /** With int8 weights and keys and values: each weight and each committed position once per step. */
  readonly bytes: number;
}

/** Bytes of a float32: scales, gains, embedding rows. */
const floatBytes = 4;

/** The numerators of MFU and MBU for one step of consecutive tokens of one sequence. */
export function neededWork(model: ModelShape, step: StepRecord): NeededWork {
  const { hidden, layers, heads, kv_heads: kvHeads, head_dim: headDim, ffn, vocab } = model;
  const [queries, keys] = [heads * headDim, kvHeads * headDim];
  const matrices = [
    { out: queries + 2 * keys, in: hidden },
    { out: hidden, in: queries },
    { out: 2 * ffn, in: hidden },
    { out: hidden, in: ffn },
  ];
  const weights = sum(matrices.map((matrix) => matrix.out * matrix.in));
  const biases = model.qkv_bias === true ? queries + 2 * keys : 0;
  const gains = 2 * hidden + (model.qk_norm === true ? 2 * headDim : 0);
  const floats = sum(matrices.map((matrix) => matrix.out)) + biases + gains;
  const emitting = step.tokens.length;
  const head = emitting > 0 ? vocab * hidden + floatBytes * (vocab + hidden) : 0;
  const { pairs, records } = contextOf(model, step);
  const record = 2 * keys + 2 * floatBytes * kvHeads;
  const macsOfLayers = layers * step.rows * weights + pairs * 2 * queries;
  return {
    macs: macsOfLayers + emitting * vocab * hidden,
    bytes:
      layers * (weights + floatBytes * floats) + records * record + head + step.rows * hidden * floatBytes,
  };
}

/** Of all layers: row-position pairs that attend to each other; KV records that are read, or written by the step. */
function contextOf(
  { layers, window, full_layers: full = [] }: ModelShape,
  { rows, lastPosition }: StepRecord,
) {
  const first = lastPosition - rows + 1;
  const perLayer = Array.from({ length: layers }, (_, layer) => {
    const most = full.includes(layer) ? undefined : (window ?? undefined);
    const visible = (position: number): number => Math.min(position + 1, most ?? position + 1);
    const pairs = sum(Array.from({ length: rows }, (_unused, row) => visible(first + row)));
    return { pairs, records: visible(first) - 1 + rows };
  });
  return {
    pairs: sum(perLayer.map(({ pairs }) => pairs)),
    records: sum(perLayer.map(({ records }) => records)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
