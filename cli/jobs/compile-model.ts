import type { ArrayShape } from "../../backend-hls/index.ts";
import type { FoundTokenizer } from "../../frontend/index.ts";
import { CompilerBug, ok, type Result } from "../../ir/index.ts";
import { type BuildFiles, MANIFEST_FILE } from "../build-folder/build-files.ts";
import type { CompiledBuild } from "../build-folder/read-build-folder.ts";
import { tokenizerFiles } from "../build-folder/tokenizer-files.ts";
import type { CompileOptions } from "../options/compile-options.ts";
import { type Hardware, ownHardware } from "../rtl-engine.ts";
import { manifestSchema } from "../schemas/manifest.ts";
import type { JobWatch } from "./job-watch.ts";
import { type PreparedModel, prepareModel } from "./prepare.ts";
import { tellStorage } from "./tell-storage.ts";

/** Everything that `compile` can be told. */
export interface CompileJobOptions extends CompileOptions {
  /** The array of a report's point; undefined: chosen by the explorer. */
  readonly shape?: ArrayShape | undefined;
  /** Whether the build holds the IR of every level. */
  readonly emitIr: boolean;
  /** Comments in the Verilog that lead back to operations (default: true). */
  readonly comments?: boolean | undefined;
  /** Accelerators that share the model (default: 1). */
  readonly parts?: number | undefined;
}

/** Compiles a model to hardware: a complete build folder, in memory. */
export function compileModel(
  path: string,
  options: CompileJobOptions,
  watch: JobWatch = {},
  hardware: Hardware = ownHardware,
): Promise<Result<CompiledBuild>> {
  const prepared = prepareModel(path, "rtl", options);
  return prepared.kind === "error"
    ? Promise.resolve(prepared)
    : compilePrepared(prepared.value, options, watch, hardware);
}

/** The same for a model that is read already. */
export async function compilePrepared(
  { model, deviceFile, formats, maxContext }: PreparedModel,
  options: CompileJobOptions,
  watch: JobWatch,
  hardware: Hardware,
): Promise<Result<CompiledBuild>> {
  const { kvBits, precision, quantization } = formats;
  if (kvBits === 32 || quantization === undefined)
    throw new CompilerBug("hardware was asked to keep float32 keys and values");
  const { schedule, rows, outputs, sequences, blockSize, seed, emitIr, comments, verifyEach, shape, parts } =
    options;
  const { clock = deviceFile.clock_mhz } = options;
  for (const line of tellStorage(model, precision)) watch.onProgress?.(line);
  watch.onProgress?.(`compiling ${model.checkpoint.id} for ${deviceFile.name}`);
  const request = { model, device: deviceFile, precision, kvBits, schedule, rows, blockSize, maxContext };
  const more = {
    quantization,
    outputs,
    sequences,
    clockMhz: clock,
    seed,
    emitIr,
    comments,
    verifyEach,
    shape,
    parts,
  };
  const build = await hardware.compileModel({ ...request, ...more }, watch);
  if (build.kind === "error") return build;
  return ok(completeBuild(build.value, model.tokenizer));
}

/** Adds the tokenizer's files and the manifest, which is checked against its schema. */
export function completeBuild(build: CompiledBuild, tokenizer: FoundTokenizer): CompiledBuild {
  const { manifest, files } = build;
  const copied = tokenizer.kind === "absent" ? undefined : tokenizerFiles(tokenizer.file);
  const complete = manifestSchema.parse({ ...manifest, tokenizer: copied?.name ?? null });
  const all = new Map([...files, ...(copied?.files ?? [])]);
  all.set(MANIFEST_FILE, `${JSON.stringify(complete, undefined, 1)}\n`);
  return { ...build, manifest: complete, files: inPathOrder(all) };
}

function inPathOrder(files: BuildFiles): BuildFiles {
  return new Map([...files].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
