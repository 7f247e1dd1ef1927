import { at, CompilerBug, type ElementValue } from "../../ir/index.ts";
import type { MemoryLayout } from "./memory-layout.ts";
import { type Emit, emittingRows, emitWord } from "./output-place.ts";
import type { Plan } from "./shape.ts";
import { sightOf } from "./sight.ts";

/** One token of some sequence (`row_descriptor` in the manifest). */
export interface Row {
  readonly token: number;
  readonly position: number;
  /** Block ids of the sequence, the block of this position included. */
  readonly blocks: readonly number[];
  /** Where the row's record goes, block · blockSize + offset (default: the position's place in `blocks`). */
  readonly slot?: number;
  /** Positions of the sequence that are in memory before the step (default: those before its first row). */
  readonly context?: number;
  /** Bit i: the row sees row i of the step (default: the rows of its sequence up to itself). */
  readonly visible?: bigint;
  readonly sequence: number;
  readonly emit: Emit;
}

/** Writes descriptors and block tables into the memory; returns the start command. */
export function encodeStep(
  plan: Plan,
  layout: MemoryLayout,
  rows: readonly Row[],
  image: Uint8Array,
): readonly ElementValue[] {
  if (rows.length === 0 || rows.length > plan.rows)
    throw new CompilerBug(`a step of ${String(rows.length)} rows; the accelerator has ${String(plan.rows)}`);
  const view = new DataView(image.buffer, image.byteOffset, image.length);
  const { regions, strides } = layout;
  const { blockSize } = plan.model;
  const sights = sightOf(rows);
  const emits = rows.map(({ emit }) => emit);
  checkEmits(plan, emits);
  rows.forEach((row, index) => {
    const table = regions.tables.base + index * strides.table;
    const needed = Math.floor(row.position / blockSize) + 1;
    if (row.position >= plan.model.maxContext || row.blocks.length < needed)
      throw new CompilerBug(`row ${String(index)} has no block for position ${String(row.position)}`);
    row.blocks.slice(0, needed).forEach((block, n) => {
      view.setInt32(table + 4 * n, block, true);
    });
    const slot = row.slot ?? at(row.blocks, needed - 1) * blockSize + (row.position % blockSize);
    const { visible, context } = at(sights, index);
    const sees = [Number(visible & 0xffffffffn), Number(visible >> 32n), context];
    const words = [row.token, row.position, slot, row.sequence, table, emitWord(emits, index), ...sees];
    words.forEach((word, n) => {
      view.setInt32(regions.descriptors.base + index * strides.descriptor + 4 * n, word, true);
    });
  });
  const emitting = emittingRows(emits);
  return [
    rows.length,
    emitting.rows.length,
    emitting.logitRows,
    regions.descriptors.base,
    regions.weights.base,
    regions.constants.base,
    regions.embedding.base,
    regions.rope.base,
    regions.kv.base,
    strides.kvLayer,
    regions.outputs.base,
    regions.logits.base,
    layout.kvBlocks,
  ];
}

/** Where a step leaves what its rows give. */
export function outputRegions(
  { beatBytes, logitBeats }: Plan,
  { regions, strides }: MemoryLayout,
  rows: readonly Row[],
): readonly { readonly address: number; readonly bytes: number }[] {
  const emitting = emittingRows(rows.map(({ emit }) => emit));
  return [
    { address: regions.outputs.base, bytes: emitting.rows.length * strides.output },
    { address: regions.logits.base, bytes: emitting.logitRows * logitBeats * beatBytes },
  ].filter(({ bytes }) => bytes > 0);
}

function checkEmits({ outputs }: Plan, emits: readonly Emit[]): void {
  if (emits.includes("topk") && outputs.candidates === 1)
    throw new CompilerBug("the accelerator gives no candidates beside the greedy token");
  if (emits.includes("logits") && !outputs.logits)
    throw new CompilerBug("the accelerator does not write logits");
}

/** A token and its logit. */
export interface Candidate {
  readonly token: number;
  readonly logit: number;
}

/** What a row gave. */
export interface RowOutput {
  /** As many as the accelerator gives, the greedy token first. */
  readonly candidates: readonly Candidate[];
  /** [vocab], where the row asked for them. */
  readonly logits?: Float32Array;
}

/** Reads the outputs of a step: one for each row that asked for one, undefined for the others. */
export function decodeStep(
  plan: Plan,
  layout: MemoryLayout,
  rows: readonly Row[],
  image: Uint8Array,
): readonly (RowOutput | undefined)[] {
  const emitting = emittingRows(rows.map(({ emit }) => emit));
  const memory = new DataView(image.buffer, image.byteOffset, image.length);
  return rows.map(({ emit }, row) => {
    if (emit === "none") return undefined;
    const place = emitting.rows.indexOf(row);
    const candidates = readCandidates(plan, layout, memory, place);
    if (emit !== "logits") return { candidates };
    return { candidates, logits: readLogits(plan, layout, memory, { place, of: emitting.logitRows }) };
  });
}

function readCandidates(
  { outputs }: Plan,
  { regions, strides }: MemoryLayout,
  memory: DataView,
  place: number,
): readonly Candidate[] {
  const base = regions.outputs.base + place * strides.output;
  return Array.from({ length: outputs.candidates }, (_, index) => ({
    token: memory.getInt32(base + 8 * index, true),
    logit: memory.getFloat32(base + 8 * index + 4, true),
  }));
}

/** Beats of the rows alternate: row `place` has every `of`-th one. */
function readLogits(
  { beatBytes, beatWords, model }: Plan,
  { regions }: MemoryLayout,
  memory: DataView,
  { place, of }: { readonly place: number; readonly of: number },
): Float32Array {
  return Float32Array.from({ length: model.vocab }, (_, index) => {
    const beat = Math.floor(index / beatWords) * of + place;
    return memory.getFloat32(regions.logits.base + beat * beatBytes + 4 * (index % beatWords), true);
  });
}
