import { join } from "node:path";
import { type FoundTokenizer, type LoadedModel, loadModel, readTokenizer } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type CompiledBuild, readBuildFolder } from "../build-folder/read-build-folder.ts";
import { quantizationOf } from "../engines/quantize-model.ts";
import { resolvePrompt } from "../generation/resolve-prompt.ts";
import type { GenerationOptions, SimulationOptions } from "../options/generation-options.ts";
import { type Hardware, ownHardware } from "../rtl-engine.ts";
import type { RunResult } from "../schemas/run.ts";
import { compareWithReference } from "./compare-with-reference.ts";
import { buildWithoutTokenizer, otherModel } from "./diagnostics.ts";
import { generateTokens } from "./generate.ts";
import type { JobWatch } from "./job-watch.ts";
import { openBuild } from "./open-build.ts";

/** Everything that `simulate` can be told. */
export interface SimulateOptions extends GenerationOptions, SimulationOptions {
  readonly seed: number;
  /** The model that was compiled: its integer reference checks the tokens. A build holds no checkpoint. */
  readonly reference?: string | undefined;
  /** The text that it was calibrated on; undefined: its own. */
  readonly calibrate?: string | undefined;
}

/** Simulates a build folder; compares with the integer reference where the model is given too. */
export async function simulateBuild(
  folder: string,
  options: SimulateOptions,
  watch: JobWatch = {},
  hardware: Hardware = ownHardware,
): Promise<Result<RunResult>> {
  const build = readBuildFolder(folder);
  if (build.kind === "error") return build;
  const { model } = build.value.manifest;
  const tokenizer = openTokenizer(folder, build.value);
  if (tokenizer.kind === "error") return tokenizer;
  const promptIds = resolvePrompt(options, tokenizer.value, model.bos_id ?? undefined);
  if (promptIds.kind === "error") return promptIds;
  const reference = loadReference(options.reference, build.value);
  if (reference.kind === "error") return reference;
  const engine = await openBuild(build.value, options, watch, hardware);
  if (engine.kind === "error") return engine;
  const { seed } = options;
  try {
    const job = { model, tokenizer: tokenizer.value, promptIds: promptIds.value, options, seed };
    const result = await generateTokens(job, engine.value, watch);
    if (result.kind === "error" || reference.value === undefined) return result;
    const { design } = build.value.manifest;
    const quantization = quantizationOf(design, options.calibrate);
    if (quantization.kind === "error") return quantization;
    const compiled = {
      loaded: reference.value,
      maxContext: design.max_context,
      quantization: quantization.value,
    };
    return await compareWithReference(result.value, job, compiled, watch);
  } finally {
    await engine.value.device.close();
  }
}

function loadReference(
  path: string | undefined,
  { manifest }: CompiledBuild,
): Result<LoadedModel | undefined> {
  if (path === undefined) return ok(undefined);
  const model = loadModel(path);
  if (model.kind === "error") return model;
  const { checkpoint } = model.value;
  if (checkpoint.sha256 === manifest.model.sha256) return ok(model.value);
  return fail(otherModel(builtSpan(path), { compiled: manifest.model.id, given: checkpoint.id }));
}

/** The tokenizer that was copied into a build. */
export function openTokenizer(folder: string, { manifest }: CompiledBuild): Result<FoundTokenizer> {
  if (manifest.tokenizer === null)
    return ok({ kind: "absent", reason: buildWithoutTokenizer(builtSpan(folder), {}) });
  const file = join(folder, manifest.tokenizer);
  const tokenizer = readTokenizer(file, manifest.model.vocab);
  return tokenizer.kind === "error" ? tokenizer : ok({ kind: "present", tokenizer: tokenizer.value, file });
}
