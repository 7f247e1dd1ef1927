import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { choosePrecisions } from "../eval/choose-precisions.ts";
import { evaluateModel } from "../eval/evaluate-model.ts";
import { plotNoise } from "../eval/plot-noise.ts";
import { renderEval } from "../eval/render-eval.ts";
import {
  declarePrecisionOptions,
  kvBits,
  precisionName,
  precisionOptions,
} from "../options/precision-options.ts";
import { positiveInteger } from "../options/words.ts";
import type { EvalResult } from "../schemas/eval.ts";
import { defineVerb } from "../verb.ts";
import { watchSession } from "./tell-story.ts";

const { calibrate, alpha, threshold, rounding } = precisionOptions;
const caches = z.coerce.number("expected 8 or 16").pipe(kvBits);

/** Perplexity and agreement with float32 of each precision. */
export const evaluate = defineVerb({
  name: "eval",
  summary: "Measure what each precision costs in accuracy: perplexity and top-1 agreement with float32",
  declare: (command) => {
    const collect = (value: string, earlier: readonly string[] = []): readonly string[] => [
      ...earlier,
      value,
    ];
    command
      .argument("<model>", "a Hugging Face folder, a .gguf or a llama2.c .bin")
      .requiredOption(
        "--text <file>",
        "documents separated by NULs or blank lines, or a JSON array of strings",
      )
      .option("--tokens <n>", "predicted tokens, at most", "4096")
      .option("--precision <name>", "number formats; may be repeated (default: w8a8)", collect)
      .option("--rows <n>", "rows of a step, with smoothquant-o2", "16")
      .option("--tokenizer <file>", "tokenizer.json or tokenizer.bin, in place of the one beside the model")
      .option("--report <folder>", "write eval.json, the table and a plot of the noise of every matrix");
    declarePrecisionOptions(command);
    command.options.find(({ long }) => long === "--kv")?.argParser(collect);
  },
  input: z.object({
    model: z.string(),
    text: z.string(),
    tokens: positiveInteger,
    precision: z.array(precisionName).default(["w8a8"]),
    kv: z.array(caches).default([]),
    rows: positiveInteger,
    tokenizer: z.string().optional(),
    report: z.string().optional(),
    ...{ calibrate, alpha, threshold, rounding },
  }),
  run: async ({ model, precision, report, kv, ...options }, session) => {
    const precisions = choosePrecisions({ names: precision, kv, ...methodOptions(options) });
    if (precisions.kind === "error") return precisions;
    const job = { ...options, precisions: precisions.value };
    const result = await evaluateModel(model, job, watchSession(session));
    if (result.kind === "error") return result;
    session.output.line(renderEval(result.value));
    if (report !== undefined) writeReport(report, result.value);
    return result;
  },
});

function methodOptions<T extends { alpha?: unknown; threshold?: unknown; rounding?: unknown }>(
  options: T,
): Pick<T, "alpha" | "threshold" | "rounding"> {
  return { alpha: options.alpha, threshold: options.threshold, rounding: options.rounding };
}

function writeReport(folder: string, result: EvalResult): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "eval.json"), `${JSON.stringify(result, undefined, 1)}\n`);
  writeFileSync(join(folder, "table.txt"), `${renderEval(result)}\n`);
  writeFileSync(join(folder, "noise.svg"), plotNoise(result));
}
