import { CompilerBug, ok, type Result } from "../../ir/index.ts";
import type { EngineKind } from "../engines/number-formats.ts";
import type { OpenedEngine } from "../engines/opened-engine.ts";
import { quantizeLoaded } from "../engines/quantize-model.ts";
import { openSoftwareEngine } from "../engines/software-engine.ts";
import { resolvePrompt } from "../generation/resolve-prompt.ts";
import type { CompileOptions } from "../options/compile-options.ts";
import type { GenerationOptions, SimulationOptions } from "../options/generation-options.ts";
import { type Hardware, ownHardware } from "../rtl-engine.ts";
import type { RunResult } from "../schemas/run.ts";
import { firstDifference } from "../verify/verify-build.ts";
import { compareWithReference } from "./compare-with-reference.ts";
import { compilePrepared } from "./compile-model.ts";
import { generateTokens } from "./generate.ts";
import type { JobWatch } from "./job-watch.ts";
import { describeModel } from "./model-shape.ts";
import { openBuild } from "./open-build.ts";
import { type PreparedModel, prepareModel } from "./prepare.ts";
import { refuseHardwareOptions } from "./refuse-hardware-options.ts";
import { tellStorage } from "./tell-storage.ts";

/** Everything that `run` can be told. */
export interface RunOptions extends CompileOptions, GenerationOptions, SimulationOptions {
  readonly engine: EngineKind;
}

/**
 * Compiles a model, simulates the hardware and compares its tokens with the integer reference; or runs it on a
 * reference engine alone. A mismatch is a result (`matches_reference: false`), not an error.
 */
export async function runModel(
  path: string,
  options: RunOptions,
  watch: JobWatch = {},
  hardware: Hardware = ownHardware,
): Promise<Result<RunResult>> {
  const refused = refuseHardwareOptions(options.engine, options);
  if (refused !== undefined) return refused;
  const prepared = prepareModel(path, options.engine, options);
  if (prepared.kind === "error") return prepared;
  const { checkpoint, tokenizer } = prepared.value.model;
  const promptIds = resolvePrompt(options, tokenizer, checkpoint.config.bosId);
  if (promptIds.kind === "error") return promptIds;
  const model = describeModel(checkpoint);
  const job = { model, tokenizer, promptIds: promptIds.value, options, seed: options.seed };
  const engine = await openEngine(prepared.value, options, watch, hardware);
  if (engine.kind === "error") return engine;
  try {
    const result = await generateTokens(job, engine.value, watch);
    if (result.kind === "error" || engine.value.kind !== "rtl") return result;
    const { model: loaded, formats, maxContext } = prepared.value;
    return await compareWithReference(result.value, job, { loaded, maxContext, ...formats }, watch);
  } finally {
    await engine.value.device.close();
  }
}

/** Opens a model on an engine; for hardware it is compiled first. */
async function openEngine(
  prepared: PreparedModel,
  options: RunOptions,
  watch: JobWatch,
  hardware: Hardware,
): Promise<Result<OpenedEngine>> {
  const { engine } = options;
  if (engine !== "rtl") {
    const { model, formats, maxContext } = prepared;
    for (const line of tellStorage(model, formats.precision)) watch.onProgress?.(line);
    const { quantization } = formats;
    const made = quantization === undefined ? ok(undefined) : quantizeLoaded(model, quantization, watch);
    if (made.kind === "error") return made;
    const shape = { ...options, maxContext, quantized: made.value };
    return ok(openSoftwareEngine(engine, model.checkpoint, formats, shape));
  }
  const logits = options.outputs.logits || options.dumpLogits !== undefined;
  const outputs = { ...options.outputs, logits };
  const build = await compilePrepared(prepared, { ...options, outputs, emitIr: false }, watch, hardware);
  if (build.kind === "error") return build;
  const difference = firstDifference(build.value.checks ?? []);
  if (difference !== undefined) throw new CompilerBug(difference);
  return openBuild(build.value, options, watch, hardware);
}
