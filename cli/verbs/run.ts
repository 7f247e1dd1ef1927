import { z } from "zod";
import { runModel } from "../jobs/run-model.ts";
import { compileOptions, declareCompileOptions } from "../options/compile-options.ts";
import {
  declareGenerationOptions,
  declareSimulationOptions,
  generationOptions,
  hasOnePrompt,
  simulationOptions,
} from "../options/generation-options.ts";
import { defineVerb } from "../verb.ts";
import { endRun, watchSession } from "./tell-story.ts";

/** From checkpoint to text: compile, simulate, compare; or one of the reference engines. */
export const run = defineVerb({
  name: "run",
  summary: "Compile a model, simulate the hardware and stream the text that it writes",
  declare: (command) => {
    command.argument("<model>", "a Hugging Face folder or a llama2.c .bin");
    command.option("--engine <name>", "rtl, reference (integers) or f32", "rtl");
    declareGenerationOptions(command);
    declareCompileOptions(command);
    declareSimulationOptions(command);
  },
  input: z
    .object({
      model: z.string(),
      engine: z.enum(["rtl", "reference", "f32"]),
      ...compileOptions,
      ...generationOptions,
      ...simulationOptions,
    })
    .refine(hasOnePrompt, "--prompt and --prompt-ids exclude each other"),
  run: async ({ model, ...options }, session) =>
    endRun(await runModel(model, options, watchSession(session)), session),
});
