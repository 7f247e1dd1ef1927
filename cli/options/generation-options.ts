import type { Command } from "commander";
import { z } from "zod";
import { cycleWindow, naturalNumber, positiveInteger, tokenIds } from "./words.ts";

/** What holds where nobody says otherwise. */
export const generationDefaults = { maxTokens: 64, ignoreEos: false } as const;

/** What holds where nobody says otherwise. */
export const simulationDefaults = { simulator: "auto" } as const;

/** Adds what decides about the tokens: the options that `run` and `simulate` share. */
export function declareGenerationOptions(
  command: Command,
  maxTokens = String(generationDefaults.maxTokens),
): void {
  command
    .option("--prompt <text>", "text to go on from (default: the start token alone)")
    .option("--prompt-ids <ids>", "token ids to go on from: 1,2,3")
    .option("--max-tokens <n>", "tokens to generate, at most", maxTokens)
    .option("--ignore-eos", "go on after an end token")
    .option("--dump-logits <file>", "write the logits of every generated token: a .npz");
}

/** Adds what decides about the simulation of the hardware. */
export function declareSimulationOptions(command: Command): void {
  command
    .option("--simulator <name>", "auto, verilator, embedded or icarus (slow)", simulationDefaults.simulator)
    .option("--memory <kind>", "ideal, ideal:CYCLES, or the device whose DRAM it is (default: its own)")
    .option("--back-pressure <seed>", "let the memory port pause at random")
    .option("--trace <file>", "write a waveform: .vcd, or .fst (by Verilator)")
    .option("--trace-window <from:to>", "first and last cycle of the waveform (default: all)")
    .option(
      "--trace-scope <paths>",
      "instances that the waveform shows: accelerator.core,memory (default: all)",
    )
    .option("--trace-depth <n>", "levels of hierarchy that it shows of each (default: all)");
}

/** What {@link declareGenerationOptions} parses to. */
export const generationOptions = {
  prompt: z.string().optional(),
  promptIds: tokenIds.optional(),
  maxTokens: positiveInteger,
  ignoreEos: z.boolean().default(generationDefaults.ignoreEos),
  dumpLogits: z.string().optional(),
};

/** What {@link declareSimulationOptions} parses to. */
export const simulationOptions = {
  simulator: z.enum(["auto", "verilator", "embedded", "icarus"]),
  memory: z.string().optional(),
  backPressure: naturalNumber.optional(),
  trace: z.string().optional(),
  traceWindow: cycleWindow.optional(),
  traceScope: z
    .string()
    .transform((text) => text.split(","))
    .optional(),
  traceDepth: positiveInteger.optional(),
};

/** At most one of the two ways to give a prompt. */
export function hasOnePrompt(input: { prompt?: string | undefined; promptIds?: unknown }): boolean {
  return input.prompt === undefined || input.promptIds === undefined;
}

/** The options that decide about the tokens. */
export type GenerationOptions = z.output<z.ZodObject<typeof generationOptions>>;

/** The options that decide about the simulation. */
export type SimulationOptions = z.output<z.ZodObject<typeof simulationOptions>>;
