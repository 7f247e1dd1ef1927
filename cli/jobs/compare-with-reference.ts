import type { LoadedModel } from "../../frontend/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import { generate } from "../../runtime-host/index.ts";
import { type Quantization, quantizeLoaded } from "../engines/quantize-model.ts";
import { openSoftwareDevice } from "../engines/software-engine.ts";
import { firstMismatch } from "../generation/compare-tokens.ts";
import type { RunResult } from "../schemas/run.ts";
import { type GenerationJob, requestOf } from "./generate.ts";
import type { JobWatch } from "./job-watch.ts";

/** What the hardware was compiled from. */
export interface ReferenceModel {
  readonly loaded: Pick<LoadedModel, "checkpoint" | "tokenizer">;
  readonly maxContext: number;
  /** Default: int8 throughout. */
  readonly quantization?: Quantization;
}

/** Runs the same request on the integer reference with the hardware's own block size and context. */
export async function compareWithReference(
  result: RunResult,
  job: GenerationJob,
  { loaded, maxContext, quantization }: ReferenceModel,
  { signal }: JobWatch,
): Promise<Result<RunResult>> {
  const blockSize = result.design?.block_size ?? 16;
  const made = quantization === undefined ? ok(undefined) : quantizeLoaded(loaded, quantization);
  if (made.kind === "error") return made;
  const shape = { blockSize, maxContext, quantized: made.value };
  const device = openSoftwareDevice("reference", loaded.checkpoint, shape);
  const watch = signal === undefined ? {} : { signal };
  const reference = await generate(device, requestOf(job), watch);
  if (reference.kind === "error") return reference;
  const mismatch = firstMismatch(result.token_ids, reference.value.tokenIds);
  return ok({ ...result, matches_reference: mismatch === null, first_mismatch: mismatch });
}
