import type { Command } from "commander";
import { z } from "zod";
import { precisionNames } from "../../frontend/index.ts";

/** Adds what decides about number formats beside `--precision` itself, which one verb takes once and another often. */
export function declarePrecisionOptions(command: Command): void {
  command
    .option("--kv <bits>", "bits of a cached key or value: 8 or 16 (default: 8; 16 with w16a16)")
    .option("--calibrate <file>", "text to take statistics from (default: the model's own)")
    .option("--alpha <share>", "smoothquant: 0 to 1, architecture (default) or auto (searched)")
    .option("--threshold <magnitude>", "llm.int8: from which on a column is an outlier (default: 6)")
    .option("--rounding <method>", "w4a8: gptq (default), awq or nearest");
}

/** A `--precision`. */
export const precisionName = z.enum(precisionNames, `expected ${precisionNames.join(", ")}`);

/** Bits of a key or value in the cache of hardware. */
export const kvBits = z.union([z.literal(8), z.literal(16)], "expected 8 or 16");

/** What {@link declarePrecisionOptions} and one `--precision` parse to; to be spread into a verb's input. */
export const precisionOptions = {
  precision: precisionName.optional(),
  kv: z.coerce.number("expected 8 or 16").pipe(kvBits).optional(),
  calibrate: z.string().optional(),
  alpha: z
    .union([z.enum(["architecture", "auto"]), z.coerce.number()], "expected 0 to 1, architecture or auto")
    .optional(),
  threshold: z.coerce.number("expected a number").optional(),
  rounding: z.enum(["nearest", "gptq", "awq"]).optional(),
};
