/**
 * The package's public door: what `import … from "hidalgo"` gives. The command line calls the same functions.
 * @module
 */

import type { Result } from "../ir/index.ts";
import type { CompiledBuild } from "./build-folder/read-build-folder.ts";
import { type CompileJobOptions, compileModel } from "./jobs/compile-model.ts";
import type { JobWatch } from "./jobs/job-watch.ts";
import { type RunOptions, runModel } from "./jobs/run-model.ts";
import { type SimulateOptions, simulateBuild } from "./jobs/simulate-build.ts";
import { compileDefaults } from "./options/compile-options.ts";
import { generationDefaults, simulationDefaults } from "./options/generation-options.ts";
import type { RunResult } from "./schemas/run.ts";

export type { Diagnostic, Result } from "../ir/index.ts";
export type { BuildFiles } from "./build-folder/build-files.ts";
export { type CompiledBuild, readBuildFolder } from "./build-folder/read-build-folder.ts";
export { writeBuildFolder } from "./build-folder/write-build-folder.ts";
export type { CompileJobOptions } from "./jobs/compile-model.ts";
export type { JobWatch } from "./jobs/job-watch.ts";
export type { RunOptions } from "./jobs/run-model.ts";
export type { SimulateOptions } from "./jobs/simulate-build.ts";
export { packageVersion as version } from "./package-root.ts";
export { compileSchema } from "./schemas/compile.ts";
export { errorSchema } from "./schemas/error.ts";
export { type ExploreReport, exploreSchema } from "./schemas/explore.ts";
export { type Manifest, manifestSchema } from "./schemas/manifest.ts";
export { type RunResult, runSchema } from "./schemas/run.ts";

/**
 * Compiles a model (a Hugging Face folder or a llama2.c `.bin`) to hardware: a complete build folder, in memory.
 * `writeBuildFolder` puts it on disk. What is wrong with the input comes back as diagnostics.
 */
export function compile(
  model: string,
  options: Partial<CompileJobOptions> = {},
  watch: JobWatch = {},
): Promise<Result<CompiledBuild>> {
  return compileModel(model, { ...compileDefaults, emitIr: false, ...options }, watch);
}

/** Simulates a build folder: tokens, text, cycles. */
export function simulate(
  folder: string,
  options: Partial<SimulateOptions> = {},
  watch: JobWatch = {},
): Promise<Result<RunResult>> {
  const defaults = { ...generationDefaults, ...simulationDefaults, seed: compileDefaults.seed };
  return simulateBuild(folder, { ...defaults, ...options }, watch);
}

/** Compiles a model, simulates the hardware and compares its tokens with the integer reference's. */
export function run(
  model: string,
  options: Partial<RunOptions> = {},
  watch: JobWatch = {},
): Promise<Result<RunResult>> {
  const defaults = {
    ...compileDefaults,
    ...generationDefaults,
    ...simulationDefaults,
    engine: "rtl",
  } as const;
  return runModel(model, { ...defaults, ...options }, watch);
}
