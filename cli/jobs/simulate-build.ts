import { join } from "node:path";
import { type FoundTokenizer, loadModel, readTokenizer } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { readCalibrationText } from "../build-folder/calibration-text.ts";
import { type CompiledBuild, readBuildFolder } from "../build-folder/read-build-folder.ts";
import { quantizationOf } from "../engines/quantize-model.ts";
import { firstMismatch } from "../generation/compare-tokens.ts";
import { resolvePrompt } from "../generation/resolve-prompt.ts";
import type { GenerationOptions, SimulationOptions } from "../options/generation-options.ts";
import { type Hardware, ownHardware } from "../rtl-engine.ts";
import type { Manifest } from "../schemas/manifest.ts";
import type { RunResult } from "../schemas/run.ts";
import { compareWithReference, type ReferenceModel } from "./compare-with-reference.ts";
import { buildWithoutTokenizer, optionsConflict, otherModel } from "./diagnostics.ts";
import { type GenerationJob, generateTokens } from "./generate.ts";
import type { JobWatch } from "./job-watch.ts";
import { openBuild } from "./open-build.ts";

/** Everything that `simulate` can be told. */
export interface SimulateOptions extends GenerationOptions, SimulationOptions {
  readonly seed: number;
  /** The model that was compiled: its integer reference checks the tokens. A build holds no checkpoint, but how its numbers were made. */
  readonly reference?: string | undefined;
  /** Whether to run the build's own test in place of a prompt: the reference's tokens are in the manifest. */
  readonly check?: boolean | undefined;
}

/** Simulates a build folder; compares with the integer reference where the model is given too, or with the build's own test. */
export async function simulateBuild(
  folder: string,
  options: SimulateOptions,
  watch: JobWatch = {},
  hardware: Hardware = ownHardware,
): Promise<Result<RunResult>> {
  const build = readBuildFolder(folder);
  if (build.kind === "error") return build;
  const prepared = prepareJob(folder, build.value, options);
  if (prepared.kind === "error") return prepared;
  const job = prepared.value;
  const reference = loadReference(options.reference, build.value);
  if (reference.kind === "error") return reference;
  const engine = await openBuild(build.value, options, watch, hardware);
  if (engine.kind === "error") return engine;
  try {
    const result = await generateTokens(job, engine.value, watch);
    if (result.kind === "error") return result;
    if (reference.value !== undefined)
      return await compareWithReference(result.value, job, reference.value, watch);
    return ok(options.check === true ? compareWithTest(result.value, build.value.manifest) : result.value);
  } finally {
    await engine.value.device.close();
  }
}

/** What is to be generated: behind the prompt that was given, or as the build's own test says. */
function prepareJob(folder: string, build: CompiledBuild, given: SimulateOptions): Result<GenerationJob> {
  const { manifest } = build;
  const options = given.check === true ? asOwnTest(given, manifest) : ok(given);
  if (options.kind === "error") return options;
  const tokenizer = openTokenizer(folder, build);
  if (tokenizer.kind === "error") return tokenizer;
  const { model } = manifest;
  const promptIds = resolvePrompt(options.value, tokenizer.value, model.bos_id ?? undefined);
  if (promptIds.kind === "error") return promptIds;
  const { seed } = given;
  return ok({
    model,
    tokenizer: tokenizer.value,
    promptIds: promptIds.value,
    options: options.value,
    seed,
  });
}

/** The options with which a build's own test runs; a prompt of the user's makes no sense with it. */
function asOwnTest(options: SimulateOptions, { self_test: test }: Manifest): Result<SimulateOptions> {
  const { prompt, promptIds } = options;
  if (prompt !== undefined || promptIds !== undefined)
    return fail(
      optionsConflict(builtSpan("--check"), {
        problem: "--check runs the build's own prompt, and another one is given",
        expected: "--check, or a prompt with --reference",
      }),
    );
  const maxTokens = test.token_ids.length;
  return ok({ ...options, promptIds: test.prompt_ids, maxTokens, ignoreEos: true });
}

function compareWithTest(result: RunResult, { self_test: test }: Manifest): RunResult {
  const mismatch = firstMismatch(result.token_ids, test.token_ids);
  return { ...result, matches_reference: mismatch === null, first_mismatch: mismatch };
}

/** The model that was compiled, quantized as the build says. */
function loadReference(
  path: string | undefined,
  { manifest, files }: CompiledBuild,
): Result<ReferenceModel | undefined> {
  if (path === undefined) return ok(undefined);
  const loaded = loadModel(path);
  if (loaded.kind === "error") return loaded;
  const { checkpoint } = loaded.value;
  if (checkpoint.sha256 !== manifest.model.sha256)
    return fail(otherModel(builtSpan(path), { compiled: manifest.model.id, given: checkpoint.id }));
  const text = readCalibrationText(files);
  if (text.kind === "error") return text;
  const quantization = quantizationOf(manifest.design, text.value);
  if (quantization.kind === "error") return quantization;
  const { max_context: maxContext } = manifest.design;
  return ok({ loaded: loaded.value, maxContext, quantization: quantization.value });
}

/** The tokenizer that was copied into a build. */
export function openTokenizer(folder: string, { manifest }: CompiledBuild): Result<FoundTokenizer> {
  if (manifest.tokenizer === null)
    return ok({ kind: "absent", reason: buildWithoutTokenizer(builtSpan(folder), {}) });
  const file = join(folder, manifest.tokenizer);
  const tokenizer = readTokenizer(file, manifest.model.vocab);
  return tokenizer.kind === "error" ? tokenizer : ok({ kind: "present", tokenizer: tokenizer.value, file });
}
