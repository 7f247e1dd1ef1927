import type { StepRecord } from "../../runtime-host/index.ts";
import type { ModelShape } from "../schemas/manifest.ts";
import { INT8_FORMATS, matrixBytes, type StoredFormats } from "./stored-formats.ts";

/** What a step has to do, whatever the hardware. */
export interface NeededWork {
  readonly macs: number;
  /** Each weight and each committed position once per step, as they are stored. */
  readonly bytes: number;
}

/** Bytes of a float32: embedding rows, biases, gains of heads' norms, scales of keys and values. */
const floatBytes = 4;
/** Bytes of a bfloat16: scales of weights, gains of norms. */
const halfBytes = 2;

/** A step as it is measured; without `parts` all its rows are consecutive tokens of one sequence. */
export type MeasuredStep = Omit<StepRecord, "parts" | "moved" | "devices" | "holding"> &
  Partial<Pick<StepRecord, "parts">>;

/** The numerators of MFU and MBU for one step. */
export function neededWork(
  model: ModelShape,
  step: MeasuredStep,
  formats: StoredFormats = INT8_FORMATS,
): NeededWork {
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
  const headGains = model.qk_norm === true ? 2 * headDim : 0;
  const scales = formats.weights === "bf16" ? 0 : 1;
  const constants =
    halfBytes * (scales * sum(matrices.map((matrix) => matrix.out)) + 2 * hidden) +
    floatBytes * (biases + headGains);
  const emitting = step.tokens.length;
  const headBytes = matrixBytes(formats, { count: vocab * hidden, isHead: true });
  const head = emitting > 0 ? headBytes + halfBytes * (scales * vocab + hidden) : 0;
  const layerBytes = matrixBytes(formats, { count: weights, isHead: false });
  const { pairs, records } = contextOf(model, step);
  const record = 2 * keys * formats.kvBytes + 2 * floatBytes * kvHeads;
  const macsOfLayers = layers * step.rows * weights + pairs * 2 * queries;
  return {
    macs: macsOfLayers + emitting * vocab * hidden,
    bytes: layers * (layerBytes + constants) + records * record + head + step.rows * hidden * floatBytes,
  };
}

/** Of all layers: row-position pairs that attend to each other; KV records that are read, or written by the step. */
function contextOf(
  { layers, window, full_layers: full = [] }: ModelShape,
  {
    rows,
    lastPosition,
    parts = [{ from: lastPosition - rows + 1, count: rows, emits: true, place: 0 }],
  }: MeasuredStep,
) {
  const perLayer = Array.from({ length: layers }, (_, layer) => {
    const most = full.includes(layer) ? undefined : (window ?? undefined);
    const visible = (position: number): number => Math.min(position + 1, most ?? position + 1);
    const pairs = parts.map(({ from, count }) =>
      sum(Array.from({ length: count }, (_unused, row) => visible(from + row))),
    );
    return { pairs: sum(pairs), records: sum(parts.map(({ from, count }) => visible(from) - 1 + count)) };
  });
  return {
    pairs: sum(perLayer.map(({ pairs }) => pairs)),
    records: sum(perLayer.map(({ records }) => records)),
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
