import { z } from "zod";
import { ok } from "../../ir/index.ts";
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
    command.option("--family <name>", "xc7, xcup, ecp5 or ice40", "xc7");
  },
  input: z.object({ build: z.string(), family: z.enum(["xc7", "xcup", "ecp5", "ice40"]) }),
  run: async ({ build, family }, session) => {
    const result = await synthBuild(build, family, watchSession(session));
    if (result.kind === "error") return result;
    const { value } = result;
    session.output.line(renderSynth(value));
    const [problem] = [...(value.latches > 0 ? [`${String(value.latches)} latches`] : []), ...value.problems];
    return problem === undefined
      ? ok(value)
      : { kind: "wrong", value, message: `synthesis found ${problem}` };
  },
});
