import type { Command } from "commander";
import { z } from "zod";
import { declarePrecisionOptions, precisionOptions } from "./precision-options.ts";
import { megahertz, naturalNumber, outputs, positiveInteger, schedule } from "./words.ts";

/** What holds where nobody says otherwise. */
export const compileDefaults = {
  device: "kv260",
  schedule: "optimized",
  blockSize: 16,
  outputs: { candidates: 1, logits: false },
  sequences: 1,
  seed: 0,
  verifyEach: false,
} as const;

/** Adds what decides about the hardware: the options that `compile` and `run` share. */
export function declareCompileOptions(command: Command): void {
  command.option("--precision <name>", "number formats (default: w8a8; f32 with --engine f32)");
  declarePrecisionOptions(command);
  command
    .option("--device <name>", "a part or board: its name, or the path of its file", compileDefaults.device)
    .option("--schedule <name>", "optimized, sequential or pipelined", compileDefaults.schedule)
    .option("--rows <n>", "rows of a step, at most")
    .option("--outputs <kinds>", "what rows can give: argmax, topk:8, logits, or several", "argmax")
    .option(
      "--sequences <n>",
      "sequences of full length that the KV memory holds",
      String(compileDefaults.sequences),
    )
    .option("--block-size <n>", "positions of a KV block", String(compileDefaults.blockSize))
    .option("--max-context <n>", "positions of a sequence (default: the model's own)")
    .option("--clock <MHz>", "clock to compile for (default: the device's)")
    .option("--tokenizer <file>", "tokenizer.json or tokenizer.bin, in place of the one beside the model")
    .option("--seed <n>", "seed of every choice that is free", String(compileDefaults.seed))
    .option("--verify-each", "run both sides of every lowering and compare");
}

const powerOfTwo = positiveInteger.refine((n) => Number.isInteger(Math.log2(n)), "expected a power of two");

/** What {@link declareCompileOptions} parses to; to be spread into a verb's input. */
export const compileOptions = {
  device: z.string(),
  ...precisionOptions,
  schedule,
  rows: positiveInteger.optional(),
  outputs,
  sequences: positiveInteger,
  blockSize: powerOfTwo,
  maxContext: positiveInteger.optional(),
  clock: megahertz.optional(),
  tokenizer: z.string().optional(),
  seed: naturalNumber,
  verifyEach: z.boolean().default(compileDefaults.verifyEach),
};

/** The options that decide about the hardware. */
export type CompileOptions = z.output<z.ZodObject<typeof compileOptions>>;
