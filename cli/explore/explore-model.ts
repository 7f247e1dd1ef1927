import { mkdirSync } from "node:fs";
import {
  type Evaluation,
  type ExploreRequest,
  exploreDesigns,
  explorePage,
  exploreReport,
  type Limits,
  type Objective,
  openThreads,
  pointsTable,
  type Variant,
  type Workload,
} from "../../dse/index.ts";
import { builtSpan, CompilerBug, fail, ok, type Result } from "../../ir/index.ts";
import { quantizeLoaded } from "../engines/quantize-model.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { prepareModel } from "../jobs/prepare.ts";
import { type CompileOptions, compileDefaults } from "../options/compile-options.ts";
import { hardwarePrecision } from "../rtl/hardware-precision.ts";
import { type ExploreReport, exploreSchema, modelEvaluation } from "../schemas/explore.ts";
import { modelShapeOf } from "../verify/subject.ts";
import { confirmDesigns } from "./confirm-designs.ts";
import { workloadTooLong } from "./diagnostics.ts";
import { readEvaluations, writeEvaluations } from "./evaluations-file.ts";
import { writeReport } from "./write-report.ts";

/** Everything that `explore` can be told. */
export interface ExploreJob {
  readonly device: string;
  readonly objective: Objective;
  readonly workload: Workload;
  readonly precision: readonly CompileOptions["precision"][];
  readonly kv: readonly (8 | 16 | undefined)[];
  readonly blockSize: readonly number[];
  readonly clock: readonly number[] | undefined;
  readonly rows: number | undefined;
  readonly maxContext: number | undefined;
  readonly limit: Limits | undefined;
  readonly seed: number;
  readonly effort: number;
  readonly jobs: number;
  readonly isResumed: boolean;
  /** Points that are built and simulated: the chosen one, then others of the front. */
  readonly confirm: number;
  readonly tokenizer: string | undefined;
}

/** Within this factor of the best the smaller design is taken. */
const WORTH = 1.02;

/** Rounds that bring nothing better before the search is content. */
const PATIENCE = 3;

/** Explores a model and writes the report's files into `folder`. */
export async function exploreModel(
  path: string,
  folder: string,
  job: ExploreJob,
  watch: JobWatch,
): Promise<Result<ExploreReport>> {
  const request = requestOf(path, job, watch);
  if (request.kind === "error") return request;
  const { id, ...asked } = request.value;
  const subject = subjectOf(id, asked);
  const kept = job.isResumed
    ? readEvaluations(folder, subject, modelEvaluation)
    : ok(new Map<string, Evaluation>());
  if (kept.kind === "error") return kept;
  const known = kept.value;
  mkdirSync(folder, { recursive: true });
  const evaluator = openThreads(job.jobs);
  try {
    const explored = await exploreDesigns(asked, {
      evaluator,
      known,
      signal: watch.signal,
      onProgress: ({ planned, effort, space, best }) => {
        writeEvaluations(folder, subject, known);
        watch.onProgress?.(
          `${String(planned)} of ${String(effort)} planned, ${String(space)} in the space${best === undefined ? "" : `; best: ${best}`}`,
        );
      },
    });
    if (explored.kind === "error") return explored;
    const measured = await confirmDesigns(explored.value, job.confirm, watch);
    if (measured.kind === "error") return measured;
    const report = exploreReport(id, explored.value, measured.value);
    const page = explorePage(report, explored.value);
    writeReport(folder, { report, table: pointsTable(explored.value), page });
    return ok(exploreSchema.parse(report));
  } finally {
    await evaluator.close();
  }
}

/** What makes an exploration: evaluations of one serve no other. */
function subjectOf(id: string, { device, schedule, workload, variants }: ExploreRequest): string {
  const sizes = variants.map(({ model }) =>
    [model.hidden, model.ffn, model.layers, model.vocab, model.maxContext].join("x"),
  );
  const { prompt, output, batch } = workload;
  return `${id} (${[...new Set(sizes)].join(", ")}) on ${device.name}, ${schedule}, ${String(prompt)}+${String(output)} tokens by ${String(batch)}`;
}

function requestOf(
  path: string,
  job: ExploreJob,
  watch: JobWatch,
): Result<ExploreRequest & { readonly id: string }> {
  const variants: Variant[] = [];
  let found: { readonly id: string; readonly device: ExploreRequest["device"] } | undefined;
  const formats = job.precision.flatMap((precision) => job.kv.map((kv) => ({ precision, kv })));
  const kinds = formats.flatMap((format) => job.blockSize.map((blockSize) => ({ ...format, blockSize })));
  for (const kind of kinds) {
    const made = variantOf(path, kind, job, watch);
    if (made.kind === "error") return made;
    variants.push(made.value.variant);
    found = made.value;
  }
  if (found === undefined) throw new CompilerBug(`no variant of ${path}`);
  const { id, device } = found;
  return ok({
    id,
    device,
    variants,
    clocksMhz: job.clock ?? [device.clock_mhz],
    rows: job.rows,
    workload: job.workload,
    objective: job.objective,
    schedule: "optimized",
    limits: job.limit,
    seed: job.seed,
    replay: true,
    effort: job.effort,
    worth: WORTH,
    patience: PATIENCE,
  });
}

/** A model in one set of formats. */
function variantOf(
  path: string,
  kind: Pick<CompileOptions, "precision" | "kv" | "blockSize">,
  { device, rows, maxContext, tokenizer, workload }: ExploreJob,
  watch: JobWatch,
): Result<{ readonly id: string; readonly device: ExploreRequest["device"]; readonly variant: Variant }> {
  const options = { ...compileDefaults, ...kind, device, rows, maxContext, tokenizer };
  const prepared = prepareModel(path, "rtl", options);
  if (prepared.kind === "error") return prepared;
  const { model, deviceFile, formats, maxContext: context } = prepared.value;
  const tokens = workload.prompt + workload.output;
  if (tokens > context) return fail(workloadTooLong(builtSpan("--workload"), { tokens, context }));
  if (formats.quantization === undefined) throw new CompilerBug("hardware has integer formats");
  const quantized = quantizeLoaded(model, formats.quantization, watch);
  if (quantized.kind === "error") return quantized;
  const precision = hardwarePrecision(quantized.value);
  const { blockSize } = kind;
  const shape = modelShapeOf(model.checkpoint, { maxContext: context, blockSize, precision });
  const variant = { precision: formats.precision, kvBits: formats.kvBits, model: shape };
  return ok({ id: model.checkpoint.id, device: deviceFile, variant });
}
