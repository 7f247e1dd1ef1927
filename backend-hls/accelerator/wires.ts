import {
  beatType,
  bundleType,
  f32,
  i1,
  i8,
  i16,
  i32,
  intType,
  REQUEST_TYPE,
  type ScheduleBuilder,
  streamType,
  type Type,
  tokenType,
  type Value,
  vectorType,
} from "../../ir/index.ts";
import {
  type AttentionInputs,
  type AttentionWires,
  makeAttentionWires,
  makeSightWires,
} from "./attention-wires.ts";
import { sourceFields, vectorsAtOnce } from "./kernels/activation-source.ts";
import { type Bf16Wires, makeBf16Wires } from "./kernels/add-chunks.ts";
import { type AdjustWires, makeAdjustWires } from "./kernels/adjust.ts";
import { type GroupWires, makeGroupWires, weightFields } from "./kernels/array-weights.ts";
import { FAULT_STREAMS, FAULT_TYPE } from "./kernels/check-descriptor.ts";
import { type LinkWires, linkConnections, makeLinkWires } from "./kernels/link.ts";
import { columnFields } from "./kernels/matmul-bf16.ts";
import { makeOutlierWires, missConnections, type OutlierWires } from "./kernels/outliers.ts";
import { makeStaticWires, type StaticWires } from "./kernels/statics.ts";
import { kvType } from "./kv-format.ts";
import { constantDepth, headerBeats, outlierSlots } from "./packing.ts";
import { isBf16 } from "./precision.ts";
import { type Plan, partsOf } from "./shape.ts";

/** Fields of the command that starts a step, in order; addresses are bytes. */
export const START_FIELDS = [
  "rows",
  "emitted",
  "logit_rows",
  "descriptors",
  "weights",
  "constants",
  "embedding",
  "rope",
  "kv",
  "kvLayerBytes",
  "outputs",
  "logits",
  "kv_blocks",
] as const;

/** Connections of the accelerator to the outside, in order. */
export function outsideConnections(plan: Plan): readonly { readonly name: string; readonly type: Type }[] {
  const addresses = START_FIELDS.slice(3).map(() => i32);
  return [
    { name: "start", type: streamType(bundleType([i16, i16, i16, ...addresses])) },
    { name: "finished", type: streamType(tokenType) },
    { name: "gmem0", type: { kind: "memory", bytes: plan.beatBytes } },
    ...FAULT_STREAMS.map((name) => ({ name, type: FAULT_TYPE })),
    ...missConnections(plan),
    ...linkConnections(plan),
  ];
}

/** All streams and buffers between the kernels. */
export interface Wires
  extends ReturnType<typeof makeStreams>,
    ReturnType<typeof makeBuffers>,
    ReturnType<typeof makeCommands>,
    ReturnType<typeof makeSightWires>,
    AttentionWires,
    AdjustWires {
  readonly sight: AttentionInputs["sight"];
  readonly statics: StaticWires | undefined;
  readonly groups: GroupWires | undefined;
  readonly outliers: OutlierWires | undefined;
  readonly bf16: Bf16Wires | undefined;
  readonly link: LinkWires | undefined;
  readonly start: Value;
  readonly finished: Value;
  readonly memory: Value;
  readonly descriptorFaults: Value;
  readonly blockFaults: Value;
}

/** Weights that wait for the array: a block RAM's depth, which bridges the latency of memory, its refreshes, and the pauses between matrices. */
const WEIGHT_QUEUE_BEATS = 512;

/** Declares every stream and buffer of the accelerator. */
export function makeWires(s: ScheduleBuilder, plan: Plan): Wires {
  const attention = makeAttentionWires(s, plan);
  const sight = makeSightWires(s, plan);
  const streams = makeStreams(s, plan);
  return {
    start: s.outside(0),
    finished: s.outside(1),
    memory: s.outside(2),
    descriptorFaults: s.outside(3),
    blockFaults: s.outside(4),
    ...makeCommands(s, plan),
    ...streams,
    ...makeAdjustWires(s, plan, streams.toQkv),
    ...makeBuffers(s, plan),
    statics: makeStaticWires(s, plan),
    groups: makeGroupWires(s, plan),
    outliers: makeOutlierWires(s, plan, () => s.outside(3 + FAULT_STREAMS.length)),
    bf16: makeBf16Wires(s, plan),
    link: makeLinkWires(s, plan, (index) => s.outside(3 + FAULT_STREAMS.length + index)),
    ...attention,
    ...sight,
    sight: {
      following: sight.followingPositions,
      contexts: sight.contexts,
      starts: sight.runStarts,
      lows: sight.visibleLow,
      highs: sight.visibleHigh,
      keys: sight.ownKeys,
      values: sight.ownValues,
      keyScales: sight.ownKeyScales,
      valueScales: sight.ownValueScales,
      noted: sight.rowNoted,
      loaded: sight.tableLoaded,
      queriesReady: sight.queriesReady,
      keysReady: sight.keysReady,
      valuesReady: sight.valuesReady,
      recordsRead: sight.recordsRead,
    },
  };
}

function makeCommands(s: ScheduleBuilder, plan: Plan) {
  const { outputs } = plan;
  const hasHeader = headerBeats(plan) > 0;
  const isLinked = partsOf(plan.model) > 1;
  const hasOutliers = plan.precision.outliers !== undefined;
  return {
    rowsCommand: s.commands("rows_cmd", [i16, i32, i32, i32]),
    loadRow: s.commands("load_row_cmd", [i16, i32, i32, i32, i32, i32]),
    splitConstants: s.commands(
      "split_constants_cmd",
      [i32, i8, i1, i32, i32, ...(hasHeader ? [i8] : []), ...(outlierSlots(plan) > 0 ? [i8] : [])],
      4,
    ),
    residualCommand: s.commands("residual_cmd", [i16, i32, i1], 4),
    collectCommand: s.commands("collect_cmd", [i32, i16, i32, i1], 4),
    squaresCommand: s.commands("squares_cmd", [i16], 4),
    collectHeadsCommand: s.commands("collect_heads_cmd", [i16], 2),
    factorsCommand: s.commands("factors_cmd", [i16, i1, i1, ...(isLinked ? [i8] : [])], 4),
    rowScalesCommand: s.commands("row_scales_cmd", [i16, i1, i1, ...(hasOutliers ? [i16] : [])], 4),
    quantizeCommand: s.commands("quantize_cmd", [i16, i32, i32, i1], 4),
    matmulCommand: s.commands(
      "matmul_cmd",
      [
        i32,
        i32,
        i16,
        i1,
        ...sourceFields(plan).map(() => i1),
        ...weightFields(plan).map((field) => (field === "halves" ? i8 : i1)),
        ...columnFields(plan).map(() => i32),
        ...(isLinked ? [i1] : []),
      ],
      4,
    ),
    dequantizeCommand: s.commands(
      "dequantize_cmd",
      [i32, i16, i1, i1, i1, i1, ...(outlierSlots(plan) > 0 ? [i8] : [])],
      4,
    ),
    storeQkvCommand: s.commands("store_qkv_cmd", [i16], 2),
    rotateCommand: s.commands("rotate_cmd", [i16], 2),
    headMaximumCommand: s.commands("head_maximum_cmd", [i16], 2),
    quantizeHeadsCommand: s.commands("quantize_heads_cmd", [i16, i1], 2),
    activationCommand: s.commands("activation_cmd", [i16, i32], 2),
    argmaxCommand: s.commands("argmax_cmd", outputs.logits ? [i16, i16, i16, i32] : [i16, i16], 2),
    chooseTokenCommand: s.commands("choose_token_cmd", [i16], 2),
    finishCommand: s.commands("finish_cmd", [i1], 2),
  };
}

function makeStreams(s: ScheduleBuilder, plan: Plan) {
  const { beatBytes, pn, pt, rows, maxBurst } = plan;
  const { headDim } = plan.model;
  const beat = beatType(beatBytes);
  const score = bundleType([f32, f32]);
  return {
    descriptorRequests: s.stream("descriptor_req", REQUEST_TYPE),
    descriptorBeats: s.stream("descriptor_data", beat, 2 * maxBurst),
    rowRequests: s.stream("row_req", REQUEST_TYPE),
    rowBeats: s.stream("row_data", beat, 2 * maxBurst),
    weightRequests: s.stream("weight_req", REQUEST_TYPE),
    weightBeats: s.stream("weight_data", beat, WEIGHT_QUEUE_BEATS),
    constantRequests: s.stream("constant_req", REQUEST_TYPE),
    constantBeats: s.stream("constant_data", beat, 2 * maxBurst),
    outputRequests: s.stream("output_req", REQUEST_TYPE),
    outputBeats: s.stream("output_data", beat, 4),
    outputAcks: s.tokens("output_ack"),
    gains: s.stream("gains", i16, constantDepth(plan)),
    scales: s.stream("scales", i16, constantDepth(plan)),
    sums: s.stream("sums", vectorType(pt * pn, isBf16(plan.precision) ? f32 : intType(plan.sumBits)), 4),
    toQkv: s.stream("to_qkv", f32, 4),
    toResidual: s.stream("to_residual", f32, 4),
    toActivation: s.stream("to_activation", f32, 4),
    toArgmax: s.stream("to_argmax", f32, 4),
    fromResidual: s.stream("from_residual", f32, 4),
    forSquares: s.stream("for_squares", f32, 4),
    fromActivation: s.stream("from_activation", f32, 4),
    rotated: s.stream("rotated", f32, 2 * headDim + 16),
    magnitudes: s.stream("magnitudes", i32, 4),
    headScales: s.stream("head_scales", score, 4),
    rowLoaded: s.tokens("row_loaded"),
    collected: s.tokens("collected"),
    headsCollected: s.tokens("heads_collected"),
    squaresSummed: s.tokens("squares_summed"),
    rowsScaled: s.tokens("rows_scaled"),
    inverses: s.stream("inverses", f32, 4),
    plainScales: s.stream("plain_scales", f32, rows + 2),
    quantized: s.tokens("quantized"),
    qkvStored: s.tokens("qkv_stored"),
    residualDone: s.tokens("residual_done", 4),
    argmaxDone: s.tokens("argmax_done"),
    idleTaken: s.tokens("idle_taken"),
    scalesTaken: s.tokens("scales_taken"),
  };
}

/** Words of a bank up to which quantized vectors lie in LUTs: as a block RAM it would be mostly empty. */
const LUT_WORDS = 256;

function makeBuffers(s: ScheduleBuilder, plan: Plan) {
  const bankWords = ((plan.rows / plan.pt) * plan.vectorWidth) / Math.max(plan.pk, plan.pv);
  const { rows, beatWords, qkv, pn, qWidth, maxBlocks } = plan;
  const { headDim, heads } = plan.model;
  const whole = (words: number): number => Math.ceil(words / beatWords) * beatWords;
  return {
    residual: s.buffer("residual", [rows, plan.residualWidth], f32),
    cosines: s.buffer("cosines", [rows, headDim / 2], f32),
    sines: s.buffer("sines", [rows, headDim / 2], f32),
    tables: s.buffer("tables", [rows, whole(maxBlocks)], i32),
    positions: s.buffer("positions", [rows], i32),
    slots: s.buffer("slots", [rows], i32),
    emitting: s.buffer("emitting", [rows], i16),
    vector: s.buffer("vector", [rows, plan.vectorWidth], f32),
    activation8: s.buffer(
      isBf16(plan.precision) ? "activation16" : "activation8",
      [...vectorsAtOnce(plan), rows, plan.vectorWidth / plan.activationCell],
      vectorType(plan.activationCell, isBf16(plan.precision) ? i16 : i8),
      bankWords <= LUT_WORDS ? "lut" : undefined,
    ),
    squares: s.buffer("squares", [rows, 8], f32, "lut"),
    largest: s.buffer("largest", [rows], i32, "lut"),
    rowScales: s.buffer("scale_of_row", [rows], f32),
    qkvBuffer: s.buffer("qkv", [rows, qkv.tiles * pn], f32),
    qkvCopy: s.buffer("qkv_copy", [rows, qkv.tiles * pn], f32),
    queries8: s.buffer(plan.precision.kvBits === 8 ? "queries8" : "queries16", [rows, qWidth], kvType(plan)),
    queryScales: s.buffer("query_scales", [rows, heads], f32),
  };
}
