import {
  beatType,
  bundleType,
  f32,
  i1,
  i8,
  i16,
  i32,
  REQUEST_TYPE,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../ir/index.ts";
import type { Plan } from "./shape.ts";

/** What the attention kernels read of a step: made by whoever fills it. */
export interface AttentionInputs {
  /** [row, block of positions] */
  readonly tables: Value;
  /** [row], and one more. */
  readonly positions: Value;
  /** [row] */
  readonly slots: Value;
  /** [row, channel of a query head] */
  readonly queries8: Value;
  /** [row, query head], 1/sqrt(d) included. */
  readonly queryScales: Value;
}

/** Streams and buffers of the attention kernels, from new records to the output of each head. */
export type AttentionWires = ReturnType<typeof makeCommands> &
  ReturnType<typeof makeStreams> &
  ReturnType<typeof makeBuffers>;

/** Declares what lies between the attention kernels. */
export function makeAttentionWires(s: ScheduleBuilder, plan: Plan): AttentionWires {
  return { ...makeCommands(s), ...makeStreams(s, plan), ...makeBuffers(s, plan) };
}

function makeCommands(s: ScheduleBuilder) {
  return {
    writeRecordsCommand: s.commands("write_records_cmd", [i16, i32], 2),
    attendRowsCommand: s.commands("attend_rows_cmd", [i16, i32], 2),
    attendBlocksCommand: s.commands("attend_blocks_cmd", [i16, i32, i32, i32, i32, i32, i32, i32], 2),
    loadKeysCommand: s.commands("load_keys_cmd", [i16, i1, i1], 2),
    loadValuesCommand: s.commands("load_values_cmd", [i16, i1, i1], 2),
    scoreCommand: s.commands("score_cmd", [i16, i16, i1, i1], 4),
    blockMaximumCommand: s.commands("block_maximum_cmd", [i16, i1], 4),
    probabilitiesCommand: s.commands("probabilities_cmd", [i16], 4),
    weighValuesCommand: s.commands("weigh_values_cmd", [i16, i1, i1], 4),
    normalizeCommand: s.commands("normalize_cmd", [i1], 8),
    accumulateCommand: s.commands("accumulate_cmd", [i1, i1], 8),
  };
}

function makeStreams(s: ScheduleBuilder, plan: Plan) {
  const { beatBytes, maxBurst } = plan;
  const { headDim, heads, blockSize } = plan.model;
  const beat = beatType(beatBytes);
  const score = bundleType([f32, f32]);
  return {
    kvRequests: s.stream("kv_req", REQUEST_TYPE, 4),
    kvBeats: s.stream("kv_data", beat, 2 * maxBurst),
    recordRequests: s.stream("record_req", REQUEST_TYPE),
    recordBeats: s.stream("record_data", beat, maxBurst),
    recordAcks: s.tokens("record_ack"),
    fromAttention: s.stream("from_attention", f32, 4),
    forwardedBeats: s.stream("forwarded_kv", beat, 4),
    scoresForMaximum: s.stream("scores_for_maximum", score, 4),
    scores: s.stream("scores", score, 2 * blockSize * heads),
    maxima: s.stream("maxima", bundleType([f32, f32, i32]), heads + 2),
    blockWeights: s.stream("block_weights", i32, 8),
    blockTotals: s.stream("block_totals", bundleType([f32, i32, i32]), heads + 2),
    blockFactors: s.stream("block_factors", bundleType([f32, i32, f32]), heads + 2),
    valueSums: s.stream("value_sums", vectorType(headDim, i32), heads + 2),
    headsQuantized: s.tokens("heads_quantized"),
    keysLoaded: s.tokens("keys_loaded"),
    valuesLoaded: s.tokens("values_loaded"),
    keysFree: s.tokens("keys_free"),
    valuesFree: s.tokens("values_free"),
  };
}

function makeBuffers(s: ScheduleBuilder, plan: Plan) {
  const { rows, beatWords, beatBytes, kvWidth, recordBeats } = plan;
  const { kvHeads, blockSize } = plan.model;
  const cell = vectorType(plan.cellBytes, i8);
  const record = [2, blockSize, (recordBeats * beatBytes) / plan.cellBytes];
  const scales = [2, blockSize, recordBeats * beatWords - plan.wordsBeforeScales];
  return {
    newRecords: s.buffer("new_records", [rows, 2 * kvWidth], i8),
    newScales: s.buffer("new_scales", [rows, 2 * kvHeads], f32),
    keyRecords: s.buffer("key_records", record, cell),
    valueRecords: s.buffer("value_records", record, cell),
    keyScales: s.buffer("key_scales", scales, i32),
    valueScales: s.buffer("value_scales", scales, i32),
  };
}
