import { appendFileSync } from "node:fs";
import { performance } from "node:perf_hooks";
import type { FoundTokenizer } from "../../frontend/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import { type Generation, type GenerationRequest, generate } from "../../runtime-host/index.ts";
import type { OpenedEngine } from "../engines/opened-engine.ts";
import { type MeasuredDesign, measureSteps } from "../generation/measure-steps.ts";
import { recordLogits, writeLogits } from "../generation/record-logits.ts";
import { startText } from "../generation/stream-text.ts";
import type { GenerationOptions } from "../options/generation-options.ts";
import type { ModelShape } from "../schemas/manifest.ts";
import type { RunResult } from "../schemas/run.ts";
import type { JobWatch } from "./job-watch.ts";

/** What tokens are made of: a model and its tokenizer, ids to start from, and how many are wanted. */
export interface GenerationJob {
  readonly model: ModelShape;
  readonly tokenizer: FoundTokenizer;
  readonly promptIds: readonly number[];
  readonly options: Pick<GenerationOptions, "maxTokens" | "ignoreEos" | "dumpLogits">;
  readonly seed: number;
}

/** The engine's view of a job. */
export function requestOf({ model, promptIds, options }: GenerationJob): GenerationRequest {
  return { promptIds, maxTokens: options.maxTokens, stopIds: options.ignoreEos ? [] : model.eos_ids };
}

/** Runs a job on an opened engine; the engine stays open. Nothing is compared yet. */
export async function generateTokens(
  job: GenerationJob,
  engine: OpenedEngine,
  watch: JobWatch,
): Promise<Result<RunResult>> {
  const { tokenizer, promptIds } = job;
  const { dumpLogits: dump } = job.options;
  const recorder = dump === undefined ? undefined : recordLogits(engine.device);
  if (recorder?.kind === "error") return recorder;
  if (dump !== undefined) appendFileSync(dump, ""); // what cannot be written is said before anything runs
  const text = startText(tokenizer, promptIds, watch);
  const { signal } = watch;
  const began = performance.now();
  const generation = await generate(recorder?.value.device ?? engine.device, requestOf(job), {
    onToken: (token) => {
      text.push(token);
    },
    ...(signal === undefined ? {} : { signal }),
  });
  const wallSeconds = (performance.now() - began) / 1000;
  const generated = text.end();
  if (generation.kind === "error") return generation;
  if (dump !== undefined && recorder !== undefined) writeLogits(dump, recorder.value.logits);
  return ok(describeRun(job, engine, generation.value, { text: generated, wallSeconds }));
}

function describeRun(
  { model, seed }: GenerationJob,
  { facts, energy }: OpenedEngine,
  { promptIds, tokenIds, finishReason, steps }: Generation,
  { text, wallSeconds }: { readonly text: string | undefined; readonly wallSeconds: number },
): RunResult {
  const design = measuredDesign(facts, energy);
  const measured = measureSteps(steps, model, design);
  const { id, arch, sha256 } = model;
  return {
    schema: "hidalgo.run/1",
    model: { id, arch, sha256 },
    ...facts,
    prompt_ids: [...promptIds],
    token_ids: [...tokenIds],
    text: text ?? null,
    finish_reason: finishReason,
    seed,
    matches_reference: null,
    first_mismatch: null,
    ...measured,
    sim:
      measured.cycles === null
        ? null
        : { wall_s: wallSeconds, cycles_per_s: measured.cycles.total / Math.max(wallSeconds, 1e-9) },
  };
}

function measuredDesign(
  { design, clock }: OpenedEngine["facts"],
  energy: OpenedEngine["energy"],
): MeasuredDesign | undefined {
  if (design === null || clock === null || energy === undefined) return undefined;
  return { ...design, clock, energy };
}
