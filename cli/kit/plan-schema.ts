import { z } from "zod";
import { modelSchema } from "../schemas/design.ts";
import { count } from "../schemas/quantities.ts";

/** `hidalgo.plan/1`: what of a model fits the memory of a board. */
export const planSchema = z.strictObject({
  schema: z.literal("hidalgo.plan/1"),
  model: modelSchema,
  device: z.string(),
  memory: z.strictObject({
    dram_bytes: count,
    /** What 32-bit addresses reach of it. */
    usable_bytes: count,
    /** Weights, constants, embedding, rotary table; what a step's descriptors, tables and outputs take. */
    fixed_bytes: count,
    parts: z.record(z.string(), count),
  }),
  kv: z.strictObject({
    budget_bytes: count,
    block_size: count,
    bytes_per_token: count,
    block_bytes: count,
    /** Without the null block. */
    blocks: count,
    tokens: count,
  }),
  max_context: count,
  /** Of the longest context. */
  sequences: count,
  /** Sequences by the length that each of them may reach. */
  contexts: z.array(z.strictObject({ context: count, blocks_per_sequence: count, sequences: count })),
});

/** `hidalgo.plan/1`. */
export type MemoryPlan = z.infer<typeof planSchema>;
