import { DESCRIPTOR_FIELDS } from "./kernels/load.ts";
import { constantBeats, weightBeats } from "./packing.ts";
import { ceilDiv, knownTokens, type Plan } from "./shape.ts";

/** A contiguous part of external memory, in bytes. */
export interface Region {
  readonly base: number;
  readonly bytes: number;
}

/** Names of the regions, in the order of their addresses. */
export const REGION_NAMES = [
  "weights",
  "constants",
  "embedding",
  "rope",
  "descriptors",
  "tables",
  "outputs",
  "logits",
  "kv",
] as const;
export type RegionName = (typeof REGION_NAMES)[number];

/** Where everything is, and how far apart repeated things are. */
export interface MemoryLayout {
  readonly regions: Readonly<Record<RegionName, Region>>;
  readonly bytes: number;
  /** Bytes from one row's descriptor, embedding row, rotary row, table, output, KV record to the next. */
  readonly strides: {
    readonly descriptor: number;
    readonly embedding: number;
    readonly rope: number;
    readonly table: number;
    readonly output: number;
    readonly record: number;
    readonly kvLayer: number;
  };
  readonly kvBlocks: number;
}

/** Bytes that regions are aligned to: no burst of a region shares a 4 KiB page with another region. */
const PAGE = 4096;

/** Lays out the memory of an accelerator with `kvBlocks` blocks of the KV cache in each layer. */
export function layoutMemory(plan: Plan, kvBlocks: number): MemoryLayout {
  const { beatBytes, beatWords, model } = plan;
  const wordBytes = (words: number): number => ceilDiv(words, beatWords) * beatBytes;
  const record = plan.recordBeats * beatBytes;
  const strides = {
    descriptor: wordBytes(DESCRIPTOR_FIELDS.length),
    embedding: wordBytes(model.hidden),
    rope: wordBytes(model.headDim),
    table: wordBytes(plan.maxBlocks),
    output: plan.outputBeats * beatBytes,
    record,
    kvLayer: kvBlocks * model.blockSize * record,
  };
  const total = ({ layers, head }: { readonly layers: number; readonly head: number }): number =>
    (layers + head) * beatBytes;
  const sizes: Readonly<Record<RegionName, number>> = {
    weights: total(weightBeats(plan)),
    constants: total(constantBeats(plan)),
    embedding: knownTokens(model) * strides.embedding,
    rope: model.maxContext * strides.rope,
    descriptors: plan.rows * strides.descriptor,
    tables: plan.rows * strides.table,
    outputs: plan.rows * strides.output,
    logits: plan.outputs.logits ? plan.rows * plan.logitBeats * beatBytes : 0,
    kv: model.layers * strides.kvLayer,
  };
  let next = 0;
  const regions = Object.fromEntries(
    REGION_NAMES.map((name) => {
      const region = { base: next, bytes: sizes[name] };
      next += ceilDiv(region.bytes, PAGE) * PAGE;
      return [name, region];
    }),
  ) as Record<RegionName, Region>; // keys are the names
  return { regions, bytes: next, strides, kvBlocks };
}
