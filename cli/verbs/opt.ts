import { writeFileSync } from "node:fs";
import { z } from "zod";
import { AFFINE_PASSES, ok, type Result } from "../../ir/index.ts";
import { readGraph } from "../graph/read-graph.ts";
import { readDirectives } from "../opt/read-directives.ts";
import { type Optimized, runPassTexts } from "../opt/run-passes.ts";
import { defineVerb } from "../verb.ts";

/** Loop transformations on MLIR text, one after the other. */
export const opt = defineVerb({
  name: "opt",
  summary: "Transform the affine loops of an MLIR file",
  declare: (command) => {
    command.argument("[file]", "MLIR text: functions of affine loops over memrefs, or linalg and TOSA");
    command
      .option(
        "--pass <text>",
        "a pass with its options: affine-tile{sizes=4,8}; may be repeated",
        (text: string, before: readonly string[]) => [...before, text],
        [],
      )
      .option(
        "--directives <file>",
        "JSON: unroll, tile, ii and order of loops, banks of arrays; applied last",
      )
      .option("-o, --output <file>", "where the text goes (default: standard output)")
      .option("--verify-each", "execute before and after every pass on random inputs, and compare")
      .option("--runs <n>", "random inputs for each comparison", "3")
      .option("--seed <n>", "of the random inputs", "1")
      .option("--list", "show the passes and their options");
  },
  input: z
    .object({
      file: z.string().optional(),
      pass: z.array(z.string()).default([]),
      directives: z.string().optional(),
      output: z.string().optional(),
      verifyEach: z.boolean().default(false),
      runs: z.coerce.number().int().min(1).max(1000).default(3),
      seed: z.coerce.number().int().min(0).default(1),
      list: z.boolean().default(false),
    })
    .refine(({ file, list }) => list || file !== undefined, "expected a file, or --list"),
  run: async ({ list, file = "", output, ...options }, session) => {
    if (list) {
      session.output.help(passList());
      return ok({ schema: "hidalgo.opt/1", passes: [], verified: false });
    }
    const made = await transformFile(file, options);
    if (made.kind === "error") return made;
    const { result, wrong } = made.value;
    const text = made.value.text.endsWith("\n") ? made.value.text : `${made.value.text}\n`;
    if (output === undefined) session.output.text(text);
    else writeFileSync(output, text);
    return wrong === undefined ? ok(result) : { kind: "wrong", value: result, message: wrong };
  },
});

interface Asked {
  readonly pass: readonly string[];
  readonly directives?: string | undefined;
  readonly verifyEach: boolean;
  readonly runs: number;
  readonly seed: number;
}

async function transformFile(
  file: string,
  { pass, directives, verifyEach, runs, seed }: Asked,
): Promise<Result<Optimized>> {
  const asked = directives === undefined ? undefined : readDirectives(directives);
  if (asked?.kind === "error") return asked;
  const read = await readGraph(file);
  if (read.kind === "error") return read;
  const last =
    asked === undefined || directives === undefined
      ? undefined
      : { file: directives, directives: asked.value };
  return runPassTexts(read.value.module, pass, { verifyRuns: verifyEach ? runs : 0, seed }, last);
}

/** Every pass, its meaning and its options, for people. */
function passList(): string {
  return AFFINE_PASSES.map(({ name, summary, options }) => {
    const lines = Object.entries(options).map(([option, meaning]) => `    ${option.padEnd(20)}${meaning}\n`);
    return `  ${name}\n    ${summary}\n${lines.join("")}`;
  }).join("\n");
}
