import { z } from "zod";
import { isGraphBuild, simulateGraphVerb } from "../graph/verbs.ts";
import { simulateBuild } from "../jobs/simulate-build.ts";
import {
  declareGenerationOptions,
  declareSimulationOptions,
  generationOptions,
  hasOnePrompt,
  simulationOptions,
} from "../options/generation-options.ts";
import { naturalNumber } from "../options/words.ts";
import { defineVerb } from "../verb.ts";
import { endRun, watchSession } from "./tell-story.ts";

/** From a build folder to text and cycles. */
export const simulate = defineVerb({
  name: "simulate",
  summary: "Simulate a compiled model and stream the text that it writes",
  declare: (command) => {
    command.argument("<build>", "a folder made by `hidalgo compile`");
    declareGenerationOptions(command);
    declareSimulationOptions(command);
    command.option("--reference <model>", "compare with the integer reference of this, the compiled model");
    command.option("--inputs <file>", "of a graph: a .npz with an array per argument (default: random)");
    command.option("--outputs <file>", "of a graph: the .npz for its results");
    command.option(
      "--check",
      "of a model: run the build's own test, whose tokens it holds; of a graph: compare with the interpreter, bit for bit",
    );
    command.option("--seed <n>", "seed of every choice that is free", "0");
  },
  input: z
    .object({
      build: z.string(),
      seed: naturalNumber,
      reference: z.string().optional(),
      inputs: z.string().optional(),
      outputs: z.string().optional(),
      check: z.boolean().optional(),
      ...generationOptions,
      ...simulationOptions,
    })
    .refine(hasOnePrompt, "--prompt and --prompt-ids exclude each other"),
  run: async ({ build, inputs, outputs, check, ...options }, session) =>
    isGraphBuild(build)
      ? simulateGraphVerb(
          build,
          { ...options, inputs, outputs, check: check ?? inputs === undefined },
          session,
        )
      : endRun(await simulateBuild(build, { ...options, check }, watchSession(session)), session),
});
