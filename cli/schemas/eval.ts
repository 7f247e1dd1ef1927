import { z } from "zod";
import { modelSchema } from "./design.ts";
import { count, sha256 } from "./quantities.ts";

/** `hidalgo.eval/1`: what `eval` gives. */
export const evalSchema = z.strictObject({
  schema: z.literal("hidalgo.eval/1"),
  model: modelSchema,
  text: z.strictObject({
    sha256,
    /** Predicted tokens. */
    tokens: count,
    /** Tokens of a sequence, at most. */
    window: count,
  }),
  /** What precisions that ask for data were calibrated on; null where none does. */
  calibration: z.strictObject({ source: z.string(), tokens: count }).nullable(),
  /** The first one is float32. */
  rows: z.array(
    z.strictObject({
      precision: z.string(),
      kv_bits: z.union([z.literal(8), z.literal(16), z.literal(32)]),
      engine: z.enum(["reference", "f32"]),
      /** Tokens of a step: more than one where the scale of activations is one per step. */
      rows_per_step: count,
      /** Nats per predicted token. */
      nll: z.number().nonnegative(),
      ppl: z.number().positive(),
      /** Share of float32's perplexity that is added: 0.01 is one per cent more. */
      ppl_vs_f32: z.number(),
      top1: z.strictObject({ equal: count, of: count }),
      weight_bytes: count,
      total_bytes: count,
      kv_bytes_per_token: count,
      /** LLM.int8 alone: outlier columns of all inputs, and activations beside them that reached the threshold. */
      outlier_columns: count.nullable(),
      dynamic_misses: count.nullable(),
    }),
  ),
  /** Signal to noise of what each matrix gives, in decibels; null where it is exact. */
  layers: z.array(
    z.strictObject({
      precision: z.string(),
      kv_bits: z.union([z.literal(8), z.literal(16)]),
      name: z.string(),
      sqnr_db: z.number().nullable(),
    }),
  ),
});

/** `hidalgo.eval/1`. */
export type EvalResult = z.infer<typeof evalSchema>;
