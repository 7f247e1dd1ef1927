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
  const { pairs, committed } = contextOf(model, step);
  const record = 2 * keys + 2 * floatBytes * kvHeads;
  const macsOfLayers = layers * (step.rows * weights + pairs * 2 * queries);
  return {
    macs: macsOfLayers + emitting * vocab * hidden,
    bytes:
      layers * (weights + floatBytes * floats + (committed + step.rows) * record) +
      head +
      step.rows * hidden * floatBytes,
  };
}

/** Row-position pairs that attend to each other, and positions before the step that any row sees. */
function contextOf({ window }: ModelShape, { rows, lastPosition }: StepRecord) {
  const first = lastPosition - rows + 1;
  const visible = (position: number): number => Math.min(position + 1, window ?? position + 1);
  const pairs = sum(Array.from({ length: rows }, (_, row) => visible(first + row)));
  return { pairs, committed: visible(first) - 1 };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
