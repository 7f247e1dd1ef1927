import { type IntType, intType } from "../../ir/index.ts";
import type { ModelShape, Plan } from "./shape.ts";

type Kv = Pick<Plan, "precision">;

/** A key, a value or a query in integers. */
export function kvType({ precision }: Kv): IntType {
  return intType(precision.kvBits);
}

/** Bytes of a key or a value. */
export function kvBytes({ precision }: Kv): number {
  return precision.kvBits / 8;
}

/** The largest magnitude of a key, a value or a query. */
export function kvLevels({ precision }: Kv): number {
  return 2 ** (precision.kvBits - 1) - 1;
}

/** Bytes of keys and values of a record, the scales behind them apart. */
export function recordDataBytes({ kvHeads, headDim }: ModelShape, precision: Plan["precision"]): number {
  return 2 * kvHeads * headDim * kvBytes({ precision });
}

/** Bytes of a record as it is written, padding apart. */
export function recordUsedBytes(model: ModelShape, precision: Plan["precision"]): number {
  return recordDataBytes(model, precision) + 8 * model.kvHeads;
}

/** A block's sum of weights (at most 2^15) times values: at most a block's positions are visible. */
export function valueSumType({
  precision,
  model: { blockSize },
}: Pick<Plan, "precision" | "model">): IntType {
  return intType(precision.kvBits + 16 + Math.log2(blockSize));
}

/** Dot product of a query and a key, at least 32 bits. */
export function scoreBits({ precision, model: { headDim } }: Pick<Plan, "precision" | "model">): number {
  return Math.max(32, 2 * precision.kvBits + Math.ceil(Math.log2(headDim)));
}
