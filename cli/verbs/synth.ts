import { z } from "zod";
import { ok } from "../../ir/index.ts";
import { synthesisFamily } from "../options/words.ts";
import type { SynthScope } from "../synth/build-modules.ts";
import { renderSynth } from "../synth/render-synth.ts";
import { synthBuild } from "../synth/synth-build.ts";
import { defineVerb } from "../verb.ts";
import { watchSession } from "./tell-story.ts";

/** What Yosys makes of a build, beside what was estimated. */
export const synth = defineVerb({
  name: "synth",
  summary: "Synthesize a build with Yosys and compare its area with the estimate",
  declare: (command) => {
    command.argument("<build>", "a folder made by `hidalgo compile`");
    command
      .option("--family <name>", "cells to map to: xc7, xcup, ecp5 or ice40 (default: the build's own)")
      .option("--quick", "kernels only: no queues, shared arrays or engines")
      .option("--modules <names>", "only these kernels or modules, with what is inside them: score,rotate")
      .option("--timing", "cell delays between registers of each kernel too (xc7; minutes)");
  },
  input: z
    .object({
      build: z.string(),
      family: synthesisFamily.optional(),
      quick: z.boolean().default(false),
      modules: z
        .string()
        .transform((text) => text.split(",").filter((name) => name !== ""))
        .pipe(z.array(z.string()).min(1, "expected a name"))
        .optional(),
      timing: z.boolean().default(false),
    })
    .refine(
      ({ quick, modules }) => !quick || modules === undefined,
      "--quick and --modules exclude each other",
    ),
  run: async ({ build, quick, modules, ...settings }, session) => {
    const scope: SynthScope =
      modules === undefined ? { kind: quick ? "kernels" : "design" } : { kind: "modules", names: modules };
    const result = await synthBuild(build, { ...settings, scope }, watchSession(session));
    if (result.kind === "error") return result;
    const { value } = result;
    session.output.line(renderSynth(value));
    const [problem] = [...(value.latches > 0 ? [`${String(value.latches)} latches`] : []), ...value.problems];
    return problem === undefined
      ? ok(value)
      : { kind: "wrong", value, message: `synthesis found ${problem}` };
  },
});
