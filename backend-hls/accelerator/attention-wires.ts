import {
  beatType,
  bundleType,
  f32,
  i1,
  i16,
  i32,
  intType,
  REQUEST_TYPE,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../ir/index.ts";
import { slotType } from "./kernels/fetch-blocks.ts";
import { kvBytes, kvType, valueSumType } from "./kv-format.ts";
import type { Plan } from "./shape.ts";

/** What the attention kernels read of a step: made by whoever fills it. */
export interface AttentionInputs {
  /** [row, block of positions] */
  readonly tables: Value;
  /** [row] */
  readonly positions: Value;
  /** [row] */
  readonly slots: Value;
  /** [row, channel of a query head] */
  readonly queries8: Value;
  /** [row, query head], 1/sqrt(d) included. */
  readonly queryScales: Value;
  /** What rows see of each other; undefined: every row sees the positions up to its own in memory, nothing else. */
  readonly sight: Sight | undefined;
}

/** Which rows of the step belong together and see each other, and tokens that say so. */
interface Sight {
  /** [row, and one more]: the position of the row, one place later than the row. */
  readonly following: Value;
  /** [row]: positions of the sequence in memory before the step. */
  readonly contexts: Value;
  /** [row, and one more]: whether the row is the first of its sequence. */
  readonly starts: Value;
  /** [row]: which rows of the step are seen, in two words. */
  readonly lows: Value;
  readonly highs: Value;
  /** [row, key/value head, channel]: keys and values of the step's own rows as they are stored. */
  readonly keys: Value;
  readonly values: Value;
  /** [row, key/value head] */
  readonly keyScales: Value;
  readonly valueScales: Value;
  /** One token for each row: what it sees is known, its block table is there. */
  readonly noted: Value;
  readonly loaded: Value;
  /** Tokens for each layer: queries of the step are there, keys, values. */
  readonly queriesReady: Value;
  readonly keysReady: Value;
  readonly valuesReady: Value;
  /** A token where new records may be overwritten: for each layer but the last. */
  readonly recordsRead: Value;
}

/** Streams and buffers of the attention kernels, from new records to the output of each head. */
export type AttentionWires = ReturnType<typeof makeCommands> &
  ReturnType<typeof makeStreams> &
  ReturnType<typeof makeBuffers>;

/** Declares what lies between the attention kernels. */
export function makeAttentionWires(s: ScheduleBuilder, plan: Plan): AttentionWires {
  return { ...makeCommands(s, plan), ...makeStreams(s, plan), ...makeBuffers(s, plan) };
}

function makeCommands(s: ScheduleBuilder, plan: Plan) {
  const place = [i16, i16, slotType(plan), i16, i1, i1, i1] as const;
  return {
    writeRecordsCommand: s.commands("write_records_cmd", [i16, i32, i1], 2),
    countAcksCommand: s.commands("count_acks_cmd", [i16], 2),
    attendRunsCommand: s.commands("attend_runs_cmd", [i16, i32, i32], 2),
    fetchBlocksCommand: s.commands("fetch_blocks_cmd", [i32, i16, i32, i32, i32, i32, i1], 4),
    loadBlockCommand: s.commands("load_block_cmd", [i16, i16, slotType(plan), i1, i1], 4),
    attendBlocksCommand: s.commands("attend_blocks_cmd", [i16, i16, i32, i32, i32, i32, i32], 8),
    scoreCommand: s.commands("score_cmd", [i16, i16, ...place, i1, i32, i32, i32], 4),
    blockMaximumCommand: s.commands("block_maximum_cmd", [i16, i1, i1], 8),
    rescaleCommand: s.commands("rescale_cmd", [i16], 16),
    probabilitiesCommand: s.commands("probabilities_cmd", [i16], 16),
    weighValuesCommand: s.commands("weigh_values_cmd", [i16, ...place], 16),
    normalizeCommand: s.commands("normalize_cmd", [i16, i1, i1], 32),
    accumulateCommand: s.commands("accumulate_cmd", [i16, i1, i1], 32),
  };
}

function makeStreams(s: ScheduleBuilder, plan: Plan) {
  const { beatBytes, maxBurst, ph, kvLanes, rows, mostKeys } = plan;
  const { headDim, heads } = plan.model;
  const beat = beatType(beatBytes);
  const perKey = plan.headTurns;
  const many = <T>(count: number, type: T): readonly T[] => Array.from({ length: count }, () => type);
  return {
    kvRequests: s.stream("kv_req", REQUEST_TYPE, 4),
    kvBeats: s.stream("kv_data", beat, 8 * maxBurst),
    recordRequests: s.stream("record_req", REQUEST_TYPE),
    recordBeats: s.stream("record_data", beat, maxBurst),
    recordAcks: s.tokens("record_ack", 4),
    recordsStored: s.tokens("records_stored"),
    fromAttention: s.stream("from_attention", vectorType(plan.outputLanes, f32), 4),
    scoresForMaximum: s.stream(
      "scores_for_maximum",
      bundleType([...many(ph, f32), ...many(kvLanes, f32), i1]),
      4,
    ),
    scores: s.stream(
      "scores",
      bundleType([...many(ph, f32), ...many(kvLanes, f32), i1]),
      mostKeys * perKey + 8,
    ),
    maximumState: s.stream("maximum_state", bundleType(many(ph, i32)), rows * perKey + 2),
    maxima: s.stream("maxima", bundleType([...many(ph, f32), ...many(kvLanes, i16)]), 2 * perKey + 2),
    rescalings: s.stream("rescalings", bundleType(many(2 * ph, f32)), 2 * perKey + 2),
    alphas: s.stream("alphas", f32, 2 * heads + 2),
    blockWeights: s.stream("block_weights", bundleType(many(ph, weightType)), 8),
    blockTotals: s.stream(
      "block_totals",
      bundleType([...many(ph, i32), ...many(kvLanes, i16)]),
      2 * perKey + 2,
    ),
    totalState: s.stream("total_state", f32, rows * heads + 2),
    blockFactors: s.stream("block_factors", bundleType([f32, i16, f32]), 2 * heads + 2),
    valueSums: s.stream("value_sums", vectorType(ph * headDim, valueSumType(plan)), 2 * perKey + 2),
    accumulatorState: s.stream(
      "accumulator_state",
      vectorType(plan.outputLanes, f32),
      (rows * heads * headDim) / plan.outputLanes + 2,
    ),
    headsQuantized: s.tokens("heads_quantized"),
    runsWalked: s.tokens("runs_walked"),
    keysLoaded: s.tokens("keys_loaded", plan.kvSlots),
    valuesLoaded: s.tokens("values_loaded", plan.kvSlots),
    keysFree: s.tokens("keys_free", plan.kvSlots),
    valuesFree: s.tokens("values_free", plan.kvSlots),
  };
}

/** A weight of a value, at most 2^15. */
export const weightType = intType(17);

function makeBuffers(s: ScheduleBuilder, plan: Plan) {
  const { rows, beatWords, beatBytes, kvWidth, recordBeats, kvSlots } = plan;
  const { kvHeads, blockSize } = plan.model;
  const cell = vectorType(plan.cellBytes / kvBytes(plan), kvType(plan));
  const record = [kvSlots, blockSize, (recordBeats * beatBytes) / plan.cellBytes];
  // A copy for each key/value head in parallel.
  const scales = [plan.kvLanes, kvSlots, blockSize, recordBeats * beatWords - plan.wordsBeforeScales];
  return {
    newRecords: s.buffer("new_records", [rows, 2 * kvWidth], kvType(plan)),
    newScales: s.buffer("new_scales", [rows, 2 * kvHeads], f32),
    keyRecords: s.buffer("key_records", record, cell),
    valueRecords: s.buffer("value_records", record, cell),
    keyScales: s.buffer("key_scales", scales, i32),
    valueScales: s.buffer("value_scales", scales, i32),
  };
}

/** What holds and says what rows see. */
export type SightWires = ReturnType<typeof sightWires>;

/** Declares what holds and says what rows see. */
export function makeSightWires(s: ScheduleBuilder, plan: Plan): SightWires {
  return sightWires(s, plan);
}

function sightWires(s: ScheduleBuilder, plan: Plan) {
  const { rows, kvWidth } = plan;
  const { kvHeads } = plan.model;
  return {
    rowFacts: s.commands("row_facts", [i16, i32, i32, i32, i32, i32], 2),
    queriesReady: s.tokens("queries_ready"),
    keysReady: s.tokens("keys_ready"),
    valuesReady: s.tokens("values_ready"),
    recordsRead: s.tokens("records_read"),
    rowNoted: s.tokens("row_noted"),
    tableLoaded: s.tokens("table_loaded"),
    followingPositions: s.buffer("following_positions", [rows + 1], i32),
    contexts: s.buffer("contexts", [rows], i32),
    runStarts: s.buffer("run_starts", [rows + 1], i1),
    visibleLow: s.buffer("visible_low", [rows], i32),
    visibleHigh: s.buffer("visible_high", [rows], i32),
    ownKeys: s.buffer("own_keys", [rows, kvWidth], kvType(plan), "lut"),
    ownValues: s.buffer("own_values", [rows, kvWidth], kvType(plan), "lut"),
    ownKeyScales: s.buffer("own_key_scales", [rows, kvHeads], f32, "lut"),
    ownValueScales: s.buffer("own_value_scales", [rows, kvHeads], f32, "lut"),
  };
}
