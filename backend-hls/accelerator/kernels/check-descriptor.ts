import {
  at,
  bundleType,
  i8,
  i16,
  i32,
  type LoopBuilder,
  streamType,
  type Type,
  type Value,
} from "../../../ir/index.ts";
import { ERROR_CODES, type ErrorName } from "../../shell/error-codes.ts";
import { EMIT_KINDS, EMIT_PLACE_LSB } from "../output-place.ts";
import { knownTokens, type Plan } from "../shape.ts";
import type { DescriptorField } from "./load.ts";

/**
 * Streams by which kernels tell the shell what is wrong with a step: {i8 code, i16 row}, a code of 0 for nothing. They give an
 * element for everything that they look at, since whether a stream is written may not depend on data.
 */
export const FAULT_STREAMS = ["descriptor_faults", "block_faults"] as const;

/** The type of a fault stream. */
export const FAULT_TYPE: Type = streamType(bundleType([i8, i16]));

/** What a descriptor may refer to. */
export interface DescriptorLimits {
  /** The row's number: an index. */
  readonly row: Value;
  /** Rows of the step: i16. */
  readonly rows: Value;
  /** Blocks of the KV memory: i32. */
  readonly kvBlocks: Value;
}

/** The code of the first thing that is wrong with a descriptor (0: it can be carried out), and its row. */
export function descriptorFault(
  b: LoopBuilder,
  plan: Plan,
  word: (name: DescriptorField) => Value,
  { row, rows, kvBlocks }: DescriptorLimits,
): readonly [Value, Value] {
  const { model, beatBytes } = plan;
  const slots = b.shli(kvBlocks, b.int(Math.log2(model.blockSize)));
  const rows32 = b.extui(rows, 32);
  const checks: readonly (readonly [ErrorName, Value])[] = [
    ["bad_token", atLeast(b, word("token"), b.int(knownTokens(model)))],
    ["bad_position", atLeast(b, word("position"), b.int(model.maxContext))],
    ["bad_slot", atLeast(b, word("kv_slot"), slots)],
    ["bad_table", b.cmpi("ne", b.andi(word("block_table"), b.int(beatBytes - 1)), b.int(0))],
    ["bad_emit", badEmit(b, plan, word("emit"), rows32)],
    ["bad_context", b.cmpi("ugt", word("context"), word("position"))],
    ["bad_visible", isBlind(b, [word("visible_low"), word("visible_high")], row)],
    ["bad_visible", seesBeyond(b, [word("visible_low"), word("visible_high")], rows32)],
  ];
  return [firstOf(b, checks), b.indexCast(row, rows.type)];
}

/** `bad_block` where an entry of a block table that is used is no block of the KV memory. */
export function blockFault(b: LoopBuilder, isUsed: Value, block: Value, kvBlocks: Value): Value {
  return firstOf(b, [["bad_block", b.andi(isUsed, atLeast(b, block, kvBlocks))]]);
}

function firstOf(b: LoopBuilder, checks: readonly (readonly [ErrorName, Value])[]): Value {
  return checks.reduceRight(
    (rest, [name, isWrong]) => b.select(isWrong, b.int(ERROR_CODES[name], 8), rest),
    b.int(ERROR_CODES.none, 8),
  );
}

function atLeast(b: LoopBuilder, value: Value, limit: Value): Value {
  return b.cmpi("uge", value, limit);
}

/** A kind that the accelerator does not give, or a place beyond the rows of the step. */
function badEmit(b: LoopBuilder, { outputs }: Plan, emit: Value, rows: Value): Value {
  const kind = b.andi(emit, b.int(2 ** EMIT_PLACE_LSB - 1));
  const kinds = [
    EMIT_KINDS.none,
    EMIT_KINDS.argmax,
    ...(outputs.candidates > 1 ? [EMIT_KINDS.topk] : []),
    ...(outputs.logits ? [EMIT_KINDS.logits] : []),
  ];
  const known = kinds.map((each) => b.equals(kind, each));
  const isKnown = known.slice(1).reduce((some, each) => b.ori(some, each), at(known, 0));
  return b.ori(b.xori(isKnown, b.int(1, 1)), atLeast(b, b.shrui(emit, b.int(EMIT_PLACE_LSB)), rows));
}

/** Whether the row's own bit is missing in its mask of 64 rows. */
function isBlind(b: LoopBuilder, [low, high]: readonly [Value, Value], row: Value): Value {
  const number = b.indexCast(row, i32);
  const word = b.select(b.cmpi("ult", number, b.int(32)), low, high);
  const bit = b.andi(b.shrui(word, b.andi(number, b.int(31))), b.int(1));
  return b.equals(bit, 0);
}

/** Whether bit `rows` or one above it is set in the mask of 64 rows. */
function seesBeyond(b: LoopBuilder, [low, high]: readonly [Value, Value], rows: Value): Value {
  const some = (word: Value): Value => b.cmpi("ne", word, b.int(0));
  const above = (word: Value): Value => some(b.shrui(word, b.andi(rows, b.int(31))));
  const inLow = b.cmpi("ult", rows, b.int(32));
  const beyondHigh = b.andi(b.cmpi("ult", rows, b.int(64)), above(high));
  return b.select(inLow, b.ori(above(low), some(high)), beyondHigh);
}
