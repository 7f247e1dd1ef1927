import { z } from "zod";
import { ok } from "../../ir/index.ts";
import { type DiffOptions, diffBuild } from "../diff/diff-build.ts";
import { renderDiff } from "../diff/render-diff.ts";
import { declareGenerationOptions, generationOptions, hasOnePrompt } from "../options/generation-options.ts";
import { naturalNumber, positiveInteger } from "../options/words.ts";
import { defineVerb } from "../verb.ts";
import { watchSession } from "./tell-story.ts";

/** A difference shows in the first token, if at all; every further one costs as much again. */
const MAX_TOKENS = "1";

/** Cycles on either side of a divergence that its waveform shows. */
const WINDOW = "64";

/** The first place where a build's hardware and the interpreter of its level 4 part. */
export const diff = defineVerb({
  name: "diff",
  summary: "Find the first difference between a build's hardware and the reference interpreter",
  declare: (command) => {
    command.argument("<build>", "a folder made by `hidalgo compile`");
    declareGenerationOptions(command, MAX_TOKENS);
    command
      .option("--step <file>", "steps from a file (hidalgo.step/1) in place of a prompt")
      .option("--image <file>", "what the hardware's memory begins with, in place of the build's weights.bin")
      .option("--engine <name>", "embedded, verilator or icarus", "embedded")
      .option("--memory <kind>", "ideal, or a DRAM kind (default: the device's)")
      .option("--wave <file>", "the waveform around the difference (default: diff.vcd in the build)")
      .option("--window <cycles>", "cycles that it shows before and behind", WINDOW);
  },
  input: z
    .object({
      build: z.string(),
      ...generationOptions,
      maxTokens: positiveInteger,
      step: z.string().optional(),
      image: z.string().optional(),
      engine: z.enum(["embedded", "verilator", "icarus"]),
      memory: z.string().optional(),
      wave: z.string().optional(),
      window: naturalNumber,
    })
    .refine(hasOnePrompt, "--prompt and --prompt-ids exclude each other")
    .refine(
      ({ step, prompt, promptIds }) =>
        step === undefined || (prompt === undefined && promptIds === undefined),
      "--step and a prompt exclude each other",
    ),
  run: async ({ build, ...options }, session) => {
    const settings: DiffOptions = options;
    const result = await diffBuild(build, settings, watchSession(session));
    if (result.kind === "error") return result;
    const { value } = result;
    session.output.line(renderDiff(value));
    if (value.divergence === null) return ok(value);
    return { kind: "wrong", value, message: `hardware and reference differ: ${value.divergence.message}` };
  },
});
