import {
  type HardwarePrecision,
  kvBlocksOf,
  layoutMemory,
  type MemoryLayout,
  type ModelShape,
  type NetworkPlan,
  type Plan,
  packWeights,
  type Row,
} from "../../backend-hls/index.ts";
import {
  type Checkpoint,
  type GraphShape,
  type QuantizedModel,
  quantizeModel,
  rotaryTable,
  windowOfLayer,
} from "../../frontend/index.ts";

/** A compiled model whose lowerings are to be checked. */
export interface Subject {
  readonly checkpoint: Checkpoint;
  readonly quantized: QuantizedModel;
  readonly plan: Plan;
  readonly network: NetworkPlan;
  readonly layout: MemoryLayout;
  /** Tokens of one sequence, one a step, from position 0 on. */
  readonly tokens: readonly number[];
}

/** A subject of what has been compiled (default: of int8 throughout). */
export function subjectOf(
  checkpoint: Checkpoint,
  { plan, network }: { readonly plan: Plan; readonly network: NetworkPlan },
  tokens: readonly number[],
  quantized: QuantizedModel = quantizeModel(checkpoint),
): Subject {
  const layout = layoutMemory(plan, kvBlocksOf(plan.model));
  return { checkpoint, quantized, plan, network, layout, tokens };
}

/** The sizes of a checkpoint as the hardware knows them. */
export function modelShapeOf(
  { config }: Checkpoint,
  {
    maxContext = config.maxContext,
    blockSize = 16,
    precision,
  }: {
    readonly maxContext?: number;
    readonly blockSize?: number;
    /** Number formats (default: int8 throughout). */
    readonly precision?: HardwarePrecision | undefined;
  } = {},
): ModelShape {
  const { hidden, layers, heads, kvHeads, headDim, ffn, vocab, normEps: eps } = config;
  const { qkvBias, qkNorm } = config;
  const sizes = { hidden, layers, heads, kvHeads, headDim, ffn, vocab };
  const windows = Array.from({ length: layers }, (_, layer) => windowOfLayer(config, layer));
  return {
    ...sizes,
    windows,
    eps,
    qkvBias,
    qkNorm,
    maxContext,
    blockSize,
    ...(precision && { precision }),
  };
}

/** The graph that computes the same steps. */
export function graphShapeOf({ plan: { model } }: Subject): GraphShape {
  return { rows: 1, blockSize: model.blockSize, context: model.maxContext };
}

/** The memory before the first step. */
export function firstImage({ plan, layout, quantized }: Subject): Uint8Array {
  const image = new Uint8Array(layout.bytes);
  packWeights(
    plan,
    layout,
    { ...quantized, rope: rotaryTable(quantized.config, plan.model.maxContext) },
    image,
  );
  return image;
}

/** The steps: one row each, blocks of the sequence in descending order (no accident of order may hide a wrong table). */
export function rowsOf({ plan: { model }, tokens }: Subject): readonly Row[] {
  const count = Math.ceil(model.maxContext / model.blockSize);
  const blocks = Array.from({ length: count }, (_, index) => count - index);
  return tokens.map((token, position) => ({ token, position, blocks, sequence: 0, emit: "argmax" }));
}
