import { join } from "node:path";
import { z } from "zod";
import { loadModel, withStandardAttention } from "../../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../../ir/index.ts";
import { positiveInteger } from "../../options/words.ts";
import { packageRoot } from "../../package-root.ts";
import { defineBench } from "../define-bench.ts";
import { unknownSurveyRow } from "../diagnostics.ts";
import { checkDistinct } from "./check-variant.ts";
import type { Workload } from "./list-steps.ts";
import { type MeasuredVariant, measureVariant, type SurveySubject } from "./measure-variant.ts";
import { surveyRows, tableLines } from "./survey-table.ts";
import { standard, type Variant, variants } from "./variants.ts";

/** The fixed requests. */
export const workloads: readonly Workload[] = (["short", "long"] as const).flatMap((name) =>
  [1, 16].map((users) => ({
    name,
    users,
    ...(name === "short" ? { prompt: 16, output: 48 } : { prompt: 384, output: 64 }),
  })),
);

/** What the published methods give on one device, each against the same standard LLM. */
export const survey = defineBench({
  name: "survey",
  summary: "The published methods on one device, as ratios to the standard LLM",
  declare: (command) => {
    command
      .option("--model <path>", "a model folder or file (default: the bundled model)")
      .option("--device <name>", "a part or board", "ref64")
      .option("--block-size <n>", "positions of a KV block", "16")
      .option("--max-context <n>", "positions of a sequence", "512")
      .option("--only <rows>", "rows of the table, by key, separated by commas (default: all)")
      .option("--samples <n>", "of alike steps, contexts that are estimated; others are interpolated", "5");
  },
  input: z.object({
    model: z.string().optional(),
    device: z.string(),
    blockSize: positiveInteger,
    maxContext: positiveInteger,
    only: z.string().optional(),
    samples: positiveInteger,
  }),
  run: async ({ model, only, ...options }, { output }) => {
    const wanted = chooseVariants(only);
    if (wanted.kind === "error") return wanted;
    const loaded = loadModel(model ?? join(packageRoot(), "models/fable"));
    if (loaded.kind === "error") return loaded;
    const checkpoint = withStandardAttention(loaded.value.checkpoint);
    const measured = await measureAll(wanted.value, { ...options, checkpoint }, (line) => {
      output.line(line);
    });
    if (measured.kind === "error") return measured;
    checkDistinct(measured.value);
    const rows = surveyRows(measured.value, workloads);
    for (const line of tableLines(rows, workloads)) output.line(line);
    return ok({ rows });
  },
});

/** The rows that were asked for, always with the one that all are measured against. */
function chooseVariants(only: string | undefined): Result<readonly Variant[]> {
  if (only === undefined) return ok(variants);
  const keys = only.split(",");
  const unknown = keys.find((key) => !variants.some((variant) => variant.key === key));
  const known = variants.map(({ key }) => key);
  return unknown === undefined
    ? ok(variants.filter(({ key }) => key === standard.key || keys.includes(key)))
    : fail(unknownSurveyRow(builtSpan("--only"), { row: unknown, known }));
}

/** Rows on the same hardware under the same load are measured once. */
async function measureAll(
  wanted: readonly Variant[],
  subject: SurveySubject,
  onProgress: (line: string) => void,
): Promise<Result<readonly MeasuredVariant[]>> {
  const done = new Map<string, MeasuredVariant>();
  const measured: MeasuredVariant[] = [];
  for (const variant of wanted) {
    const { precision, schedule, array, serving } = variant;
    const same = JSON.stringify([precision, schedule, array, serving]);
    const before = done.get(same);
    const result =
      before === undefined
        ? await measureVariant(variant, subject, workloads, onProgress)
        : ok({ ...before, variant });
    if (result.kind === "error") return result;
    done.set(same, result.value);
    measured.push(result.value);
  }
  return ok(measured);
}
