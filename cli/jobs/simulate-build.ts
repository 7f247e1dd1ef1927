import { join } from "node:path";
import { type FoundTokenizer, readTokenizer } from "../../frontend/index.ts";
import { builtSpan, ok, type Result } from "../../ir/index.ts";
import { type CompiledBuild, readBuildFolder } from "../build-folder/read-build-folder.ts";
import { resolvePrompt } from "../generation/resolve-prompt.ts";
import type { GenerationOptions, SimulationOptions } from "../options/generation-options.ts";
import { type Hardware, ownHardware } from "../rtl-engine.ts";
import type { RunResult } from "../schemas/run.ts";
import { buildWithoutTokenizer } from "./diagnostics.ts";
import { generateTokens } from "./generate.ts";
import type { JobWatch } from "./job-watch.ts";
import { openBuild } from "./open-build.ts";

/** Everything that `simulate` can be told. */
export interface SimulateOptions extends GenerationOptions, SimulationOptions {
  readonly seed: number;
}

/** Simulates a build folder. There is no checkpoint in a build, so nothing is compared with the reference. */
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
  const engine = await openBuild(build.value, options, watch, hardware);
  if (engine.kind === "error") return engine;
  const { seed } = options;
  try {
    const job = { model, tokenizer: tokenizer.value, promptIds: promptIds.value, options, seed };
    return await generateTokens(job, engine.value, watch);
  } finally {
    await engine.value.device.close();
  }
}

function openTokenizer(folder: string, { manifest }: CompiledBuild): Result<FoundTokenizer> {
  if (manifest.tokenizer === null)
    return ok({ kind: "absent", reason: buildWithoutTokenizer(builtSpan(folder), {}) });
  const file = join(folder, manifest.tokenizer);
  const tokenizer = readTokenizer(file, manifest.model.vocab);
  return tokenizer.kind === "error" ? tokenizer : ok({ kind: "present", tokenizer: tokenizer.value, file });
}
