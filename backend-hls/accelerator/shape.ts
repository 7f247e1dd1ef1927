import { CompilerBug, greatestCommonDivisor } from "../../ir/index.ts";
import { kvBytes, recordDataBytes, recordUsedBytes } from "./kv-format.ts";
import { type MultiplierSize, type PairedProducts, pairProducts } from "./paired-products.ts";
import {
  groupOf,
  type HardwarePrecision,
  isElementwise,
  mostInputs,
  PLAIN_INT8,
  weightBits,
} from "./precision.ts";

/** What is compiled into the hardware of a model: its sizes and constants. */
export interface ModelShape {
  /** Width of the residual stream, at least 8. */
  readonly hidden: number;
  readonly layers: number;
  /** Query heads, a multiple of `kvHeads`. */
  readonly heads: number;
  readonly kvHeads: number;
  /** Channels of a head, even; `kvHeads * headDim` is a multiple of 2. */
  readonly headDim: number;
  readonly ffn: number;
  readonly vocab: number;
  /**
   * Accelerators that share the model (default 1). `heads`, `kvHeads`, `ffn` and `vocab` are then those of one of them; it knows
   * `parts` times as many tokens, and gives logits of its own.
   */
  readonly parts?: number;
  /** Per layer the sliding window in positions; undefined: all of them. */
  readonly windows: readonly (number | undefined)[];
  /** Positions of the rotary table and of a block table. */
  readonly maxContext: number;
  readonly eps: number;
  /** Whether queries, keys and values have a bias (default: not). */
  readonly qkvBias?: boolean;
  /** Whether the heads of queries and keys are normalized before they are turned (default: not). */
  readonly qkNorm?: boolean;
  /** Positions of a block of the KV cache, a power of two. */
  readonly blockSize: number;
  /** Number formats (default: int8 throughout). */
  readonly precision?: HardwarePrecision;
}

/** What is free to choose: no value changes a bit of the result. Powers of two. */
export interface ArrayShape {
  /** Output channels in parallel. */
  readonly pn: number;
  /** Input channels in parallel, at least 4 (of bfloat16: 4); a beat of the port is pn * pk weights, at least 8 bytes. */
  readonly pk: number;
  /** Rows in parallel (default 1). */
  readonly pt?: number;
  /** Channels that are quantized in parallel (default 4). */
  readonly pv?: number;
  /** Rows of a step, at most; a multiple of `pt`. */
  readonly rows: number;
  /** Query heads of a key in parallel (default 1): divides a key/value head's group, or is a multiple of it that divides the heads. */
  readonly ph?: number;
  /** What a row can give (default: its greedy token). */
  readonly outputs?: Outputs;
}

/** What hardware there is for what an emitting row gives. */
export interface Outputs {
  /** Tokens with the largest logits that are given, best first; 1: the greedy token. At most `vocab`. */
  readonly candidates: number;
  /** Whether a row may ask for all logits too. */
  readonly logits: boolean;
}

/** The greedy token alone. */
const GREEDY: Outputs = { candidates: 1, logits: false };

/** One matrix as the array walks over it: tiles of pn output channels, beats of pk input channels. */
export interface MatrixPlan {
  readonly rows: number;
  readonly columns: number;
  readonly tiles: number;
  /** Times that the array takes `pk` input channels for one tile. */
  readonly beats: number;
  /** Beats of weights for them: two where int8 weights meet an array for int4. */
  readonly halves: 1 | 2;
  /** Beats of group scales in front of a tile. */
  readonly scaleBeats: number;
  /** Beats of one tile in memory. */
  readonly tileBeats: number;
}

/** What stands behind the scales of queries, keys and values, one for each channel; gains of values are 1. */
export type ChannelConstant = "biases" | "head_gains";

/** All sizes that follow from a model and an array. */
export interface Plan {
  readonly model: ModelShape;
  readonly precision: HardwarePrecision;
  readonly pn: number;
  readonly pk: number;
  readonly pt: number;
  readonly ph: number;
  readonly pv: number;
  readonly rows: number;
  readonly beatBytes: number;
  /** How products share multipliers, where they do. */
  readonly pairs: PairedProducts | undefined;
  /** 32-bit words of a beat. */
  readonly beatWords: number;
  readonly qWidth: number;
  readonly kvWidth: number;
  /** Query heads of one key/value head. */
  readonly group: number;
  readonly qkv: MatrixPlan;
  readonly wo: MatrixPlan;
  /** Gate and up, tiles alternating. */
  readonly gateUp: MatrixPlan;
  readonly down: MatrixPlan;
  readonly head: MatrixPlan;
  /** In the order in which they are packed. */
  readonly channelConstants: readonly ChannelConstant[];
  /** Beats of one KV record. */
  readonly recordBeats: number;
  readonly outputs: Outputs;
  /** Beats of what an emitting row gives, all logits apart. */
  readonly outputBeats: number;
  /** Beats of all logits of a row. */
  readonly logitBeats: number;
  readonly maxBlocks: number;
  /** Widths of the buffers of one row: residual, vector to be quantized. */
  readonly residualWidth: number;
  readonly vectorWidth: number;
  /** Channels of a word of the quantized vector: what is made and what is used at once have them in common. */
  readonly activationCell: number;
  readonly maxBurst: number;
  /** Bits of an exact sum of products of int8 over the widest matrix. */
  readonly sumBits: number;
  /** Bytes of a cell of the buffers that hold KV records: what the heads in parallel and a beat have in common. */
  readonly cellBytes: number;
  /** Words of a record before the first beat that holds scales. */
  readonly wordsBeforeScales: number;
  /** Of `ph` query heads, those that share a key/value head; key/value heads in parallel; iterations for all heads of a key. */
  readonly groupLanes: number;
  readonly kvLanes: number;
  readonly headTurns: number;
  /** Channels of a head's output in parallel. */
  readonly outputLanes: number;
  /** Keys of a row and a block, at most: a block of committed ones, and all rows of the step. */
  readonly mostKeys: number;
  /** Blocks of the KV cache that are on chip at once. */
  readonly kvSlots: number;
}

/** `value` rounded up to a multiple of `unit`, in units. */
export function ceilDiv(value: number, unit: number): number {
  return Math.ceil(value / unit);
}

/** Accelerators that share a model. */
export function partsOf({ parts = 1 }: Pick<ModelShape, "parts">): number {
  return parts;
}

/** Tokens that the whole model knows. */
export function knownTokens(model: ModelShape): number {
  return model.vocab * partsOf(model);
}

function isPowerOfTwo(value: number): boolean {
  return value >= 1 && Number.isInteger(Math.log2(value));
}

/** A group is whole beats, and a beat's words are at least the output channels, as they are with int8. */
function checkBeat(
  precision: HardwarePrecision,
  { pn, pk, beatBytes }: Pick<Plan, "pn" | "pk" | "beatBytes">,
): void {
  if (pk < 4 || pk > mostInputs(precision) || beatBytes < 8)
    throw new CompilerBug("a beat has at least 8 bytes, pk is at least 4, of bfloat16 4");
  const group = groupOf(precision);
  if (group !== undefined && (group % pk !== 0 || 4 * pn > beatBytes))
    throw new CompilerBug(`${String(pn)} by ${String(pk)} channels with groups of ${String(group)}`);
}

function checkShape(
  model: ModelShape,
  beatBytes: number,
  { pn, pk, pt, pv, rows, outputs }: Required<ArrayShape>,
): void {
  if (![pn, pk, pt, pv, model.blockSize].every(isPowerOfTwo))
    throw new CompilerBug("pn, pk, pt, pv and the block size are powers of two");
  checkBeat(model.precision ?? PLAIN_INT8, { pn, pk, beatBytes });
  if (rows % pt !== 0 || model.heads % model.kvHeads !== 0 || model.headDim % 2 !== 0 || model.hidden < 8)
    throw new CompilerBug("the shape of the model or of the array is not supported");
  const { candidates } = outputs;
  if (!Number.isInteger(candidates) || candidates < 1 || candidates > model.vocab)
    throw new CompilerBug(`${String(candidates)} candidates of ${String(model.vocab)} tokens`);
}

/** Sums of parts have to be integers, and the scale of a row known before they are made. */
function checkParts(model: ModelShape): void {
  const { weights, activations, outliers } = model.precision ?? PLAIN_INT8;
  const isPerRow = activations.kind === "int8" && activations.scales === "token";
  if (partsOf(model) > 1 && !(weights.kind === "int8" && isPerRow && outliers === undefined))
    throw new CompilerBug("only int8 with a scale for each row can be shared");
}

/** Derives all sizes; `multiplier` is the device's, of which only `pairs` makes use. A combination that cannot be built is the caller's bug (explorer and compiler choose from what can). */
export function planAccelerator(model: ModelShape, design: ArrayShape, multiplier?: MultiplierSize): Plan {
  if (model.windows.length !== model.layers) throw new CompilerBug("each layer has a window or none");
  const { pn, pk, rows, pt = 1, pv = 4, ph = 1, outputs = GREEDY } = design;
  const { hidden, heads, kvHeads, headDim, ffn, vocab } = model;
  const { precision = PLAIN_INT8 } = model;
  const beatBytes = (pn * pk * weightBits(precision)) / 8;
  checkShape(model, beatBytes, { ...design, pt, pv, ph, outputs });
  checkParts(model);
  const matrix = (rows: number, columns: number, isHead = false): MatrixPlan =>
    planMatrix({ pn, pk, beatBytes, group: groupOf(precision) }, { rows, columns, isHead });
  const [qWidth, kvWidth] = [heads * headDim, kvHeads * headDim];
  const half = matrix(ffn, hidden);
  const beatWords = beatBytes / 4;
  const unit = Math.max(pk, pv);
  const isDirect = isElementwise(precision);
  return {
    model,
    precision,
    pn,
    pk,
    pt,
    pv,
    ...attentionSizes(model, precision, { ph, pv, rows }, beatBytes),
    rows,
    pairs: pairProducts({ pn, pt }, precision, multiplier),
    beatBytes,
    beatWords,
    qWidth,
    kvWidth,
    group: heads / kvHeads,
    qkv: matrix(qWidth + 2 * kvWidth, hidden),
    channelConstants: [
      ...(model.qkvBias === true ? (["biases"] as const) : []),
      ...(model.qkNorm === true ? (["head_gains"] as const) : []),
    ],
    wo: matrix(hidden, qWidth),
    gateUp: { ...half, rows: 2 * ffn, tiles: 2 * half.tiles },
    down: matrix(hidden, ffn),
    head: matrix(vocab, hidden, true),
    recordBeats: ceilDiv(recordUsedBytes(model, precision), beatBytes),
    outputs,
    outputBeats: ceilDiv(2 * outputs.candidates, beatWords),
    logitBeats: ceilDiv(vocab, beatWords),
    maxBlocks: ceilDiv(model.maxContext, model.blockSize),
    residualWidth: Math.max(
      ceilDiv(hidden, pn) * pn,
      ceilDiv(hidden, beatWords) * beatWords,
      isDirect ? ceilDiv(hidden, unit) * unit : 0,
    ),
    activationCell: isDirect ? 1 : Math.min(pk, pv),
    vectorWidth: unit * ceilDiv(Math.max(hidden, qWidth, ffn), unit),
    maxBurst: Math.min(16, 4096 / beatBytes),
    wordsBeforeScales: Math.floor(recordDataBytes(model, precision) / beatBytes) * beatWords,
    sumBits: sumBitsOf(precision, hidden, Math.max(hidden, partsOf(model) * Math.max(qWidth, ffn))),
  };
}

/** Bits of a sum of products over `widest` channels: signed, and one to spare. */
function sumBitsOf(precision: HardwarePrecision, hidden: number, widest: number): number {
  return Math.min(32, Math.ceil(Math.log2(largestSum(precision, hidden, widest))) + 2);
}

/** A matrix on the array; that of the head is int8 where the others are int4. */
function planMatrix(
  {
    pn,
    pk,
    beatBytes,
    group,
  }: Pick<Plan, "pn" | "pk" | "beatBytes"> & { readonly group: number | undefined },
  { rows, columns, isHead }: Pick<MatrixPlan, "rows" | "columns"> & { readonly isHead: boolean },
): MatrixPlan {
  const beats = ceilDiv(columns, pk);
  const halves = isHead && group !== undefined ? 2 : 1;
  const scaleBeats = isHead || group === undefined ? 0 : ceilDiv(ceilDiv(columns, group) * pn, beatBytes);
  const tileBeats = scaleBeats + halves * beats;
  return { rows, columns, tiles: ceilDiv(rows, pn), beats, halves, scaleBeats, tileBeats };
}

/** The largest magnitude that a sum over `widest` input channels, in the head over `hidden`, can have: int8 by int8, or int4 by group scale by int8. */
function largestSum(precision: HardwarePrecision, hidden: number, widest: number): number {
  return groupOf(precision) === undefined
    ? widest * 128 * 128
    : Math.max(widest * 7 * 255 * 128, hidden * 128 * 128);
}

/** Bytes of the blocks that are on chip at once, where four of them are more than a design should spend. */
const MOST_RING_BYTES = 65536;

/** What follows from the query heads in parallel. */
function attentionSizes(
  model: ModelShape,
  precision: HardwarePrecision,
  { ph, pv, rows }: { readonly ph: number; readonly pv: number; readonly rows: number },
  beatBytes: number,
): Pick<
  Plan,
  "ph" | "groupLanes" | "kvLanes" | "headTurns" | "outputLanes" | "mostKeys" | "kvSlots" | "cellBytes"
> {
  const { heads, kvHeads, headDim, blockSize } = model;
  if (!headLanes(model).includes(ph)) throw new CompilerBug(`${String(ph)} query heads in parallel`);
  const groupLanes = Math.min(ph, heads / kvHeads);
  const blockBytes = blockSize * ceilDiv(recordUsedBytes(model, precision), beatBytes) * beatBytes;
  return {
    ph,
    groupLanes,
    kvLanes: ph / groupLanes,
    cellBytes: greatestCommonDivisor((ph / groupLanes) * headDim * kvBytes({ precision }), beatBytes),
    headTurns: heads / ph,
    outputLanes: Math.min(headDim & -headDim, pv, 2 ** Math.floor(Math.log2(ph))),
    mostKeys: blockSize + rows - 1,
    kvSlots: 4 * blockBytes <= MOST_RING_BYTES ? 4 : 2,
  };
}

/** The numbers of query heads that can be taken in parallel, ascending. */
export function headLanes({ heads, kvHeads }: ModelShape): readonly number[] {
  const group = heads / kvHeads;
  return Array.from({ length: heads }, (_, index) => index + 1).filter(
    (ph) => heads % ph === 0 && (group % ph === 0 || ph % group === 0),
  );
}
