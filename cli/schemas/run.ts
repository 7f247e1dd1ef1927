import { z } from "zod";
import { clockSchema, designSchema, modelSchema } from "./design.ts";
import { count, share } from "./quantities.ts";

const stalls = z.strictObject({
  dram_read: count,
  dram_write: count,
  fifo_full: count,
  fifo_empty: count,
  drain: count,
});

const utilization = z.strictObject({ mbu: share, mfu: share });

/** What only a device with a clock can say; null on the reference engines. */
const timed = {
  cycles: z.strictObject({ total: count, prefill: count, decode: count, host_gap: count }).nullable(),
  /** Decode cycles ÷ decode tokens; null where all tokens came out of the prefill. */
  cycles_per_token: z.number().positive().nullable(),
  ttft_cycles: count.nullable(),
  /** The first steps by the estimator and in the hardware; null where nothing was estimated. */
  estimate: z
    .strictObject({ steps: count, cycles: count, measured: count, error: z.number() })
    .nullable()
    .optional(),
  /** llm.int8: vectors in which a value outside the outlier columns reached the threshold; null where hardware counts none. */
  outlier_misses: count.nullable().optional(),
  tokens_per_s: z.number().positive().nullable(),
  busy_cycles: count.nullable(),
  /** Together with `busy_cycles`: the total without `host_gap`. */
  stalls: stalls.nullable(),
  bytes: z.strictObject({ weights: count, kv_read: count, kv_write: count, other: count }).nullable(),
  mbu: share.nullable(),
  mfu: share.nullable(),
  prefill: utilization.nullable(),
  decode: utilization.nullable(),
  energy: z
    .strictObject({
      model: z.string(),
      j_per_token: z.number().nonnegative(),
      split: z.strictObject({ mac: share, sram: share, dram: share, static: share }),
    })
    .nullable(),
};

/** `hidalgo.run/1`: what `run` and `simulate` give. */
export const runSchema = z.strictObject({
  schema: z.literal("hidalgo.run/1"),
  engine: z.enum(["rtl", "reference", "f32"]),
  /** What simulated the hardware; null on the reference engines. */
  simulator: z.enum(["embedded", "verilator", "icarus"]).nullable(),
  model: modelSchema,
  device: z.string().nullable(),
  clock: clockSchema.nullable(),
  precision: z.string(),
  kv_bits: z.union([z.literal(8), z.literal(16), z.literal(32)]),
  schedule: z.enum(["optimized", "sequential", "pipelined"]).nullable(),
  design: designSchema.nullable(),
  memory_model: z.string().nullable(),
  prompt_ids: z.array(count),
  /** Generated tokens only. */
  token_ids: z.array(count),
  /** Of the generated tokens; null without tokenizer. */
  text: z.string().nullable(),
  finish_reason: z.enum(["length", "stop"]),
  seed: count,
  /** Null where nothing was compared. */
  matches_reference: z.boolean().nullable(),
  first_mismatch: z
    .strictObject({ index: count, token: count.nullable(), reference: count.nullable() })
    .nullable(),
  steps: count,
  ...timed,
  macs_needed: count,
  sim: z
    .strictObject({ wall_s: z.number().nonnegative(), cycles_per_s: z.number().nonnegative() })
    .nullable(),
});

/** `hidalgo.run/1`. */
export type RunResult = z.infer<typeof runSchema>;
