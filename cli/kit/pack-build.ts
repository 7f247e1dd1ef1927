import { crc32 } from "node:zlib";
import type { ModelShape } from "../../backend-hls/index.ts";
import { type Checkpoint, type LoadedModel, loadModel, type QuantizedModel } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { type CompiledBuild, hashContent, readBuildFolder } from "../build-folder/read-build-folder.ts";
import { isTokenizerFile } from "../build-folder/tokenizer-files.ts";
import { quantizationOf, quantizeLoaded } from "../engines/quantize-model.ts";
import { completeBuild } from "../jobs/compile-model.ts";
import { describeModel } from "../jobs/model-shape.ts";
import { type BuildParts, readBuildParts, WEIGHTS_FILE } from "../rtl/build-parts.ts";
import { goldenTokens } from "../rtl/golden.ts";
import { hardwarePrecision } from "../rtl/hardware-precision.ts";
import { packModel } from "../rtl/pack-model.ts";
import { acceleratorProgram } from "../rtl/program.ts";
import type { Manifest } from "../schemas/manifest.ts";
import { modelShapeOf } from "../verify/subject.ts";
import { shapeDiffers } from "./diagnostics.ts";
import { kitFiles } from "./kit-files.ts";

/** What decides about the packed weights beside build and model. */
export interface PackOptions {
  /** A tokenizer in place of the one beside the model. */
  readonly tokenizer?: string | undefined;
  /** Text to take statistics from, where the build's precision asks for them; undefined: the model's own. */
  readonly calibrate?: string | undefined;
}

/**
 * A build with the weights of another checkpoint: hardware, sizes and register map stay, image, golden tokens, tokenizer and
 * what the kit has of them are new. A checkpoint of another shape is a diagnostic that lists the differences.
 */
export function packBuild(
  folder: string,
  path: string,
  { tokenizer, calibrate }: PackOptions = {},
): Result<CompiledBuild> {
  const build = readBuildFolder(folder);
  if (build.kind === "error") return build;
  const parts = readBuildParts(build.value);
  if (parts.kind === "error") return parts;
  const model = loadModel(path, { tokenizer });
  if (model.kind === "error") return model;
  const { checkpoint } = model.value;
  const quantized = quantizeAs(build.value.manifest, model.value, calibrate);
  if (quantized.kind === "error") return quantized;
  const differences = differencesOf(parts.value.plan.model, checkpoint, quantized.value);
  if (differences.length > 0)
    return fail(shapeDiffers(builtSpan(path), { model: checkpoint.id, differences }));
  const { manifest, files } = withWeights(build.value, parts.value, checkpoint, quantized.value);
  return ok(completeBuild({ manifest, files }, model.value.tokenizer));
}

/** The model in the numbers of the build. */
function quantizeAs(
  { design }: Manifest,
  model: LoadedModel,
  calibrate: string | undefined,
): Result<QuantizedModel> {
  const quantization = quantizationOf(design, calibrate);
  return quantization.kind === "error" ? quantization : quantizeLoaded(model, quantization.value);
}

function withWeights(
  { manifest, files }: CompiledBuild,
  parts: BuildParts,
  checkpoint: Checkpoint,
  quantized: QuantizedModel,
): CompiledBuild {
  const image = packModel(quantized, parts);
  const golden = goldenTokens(quantized, parts.plan.model);
  const packed: Manifest = {
    ...manifest,
    model: describeModel(checkpoint),
    memory: manifest.memory.map((region) =>
      region.file === WEIGHTS_FILE ? { ...region, sha256: hashContent(image), crc32: crc32(image) } : region,
    ),
    self_test: { prompt_ids: [...golden.promptIds], token_ids: [...golden.tokenIds] },
    tokenizer: null,
  };
  const program = acceleratorProgram(packed, { ...parts, weights: image });
  const all = new Map([...files].filter(([path]) => !isTokenizerFile(path, manifest))).set(
    WEIGHTS_FILE,
    image,
  );
  for (const [path, text] of kitFiles(packed, program, { image, part: parts.deviceFile.part }))
    all.set(path, text);
  return { manifest: packed, files: all };
}

/** Sizes that are compiled into the hardware and that the checkpoint has otherwise, as `name: theirs, not ours`. */
function differencesOf(
  compiled: ModelShape,
  checkpoint: Checkpoint,
  quantized: QuantizedModel,
): readonly string[] {
  const { blockSize, maxContext } = compiled;
  const own = checkpoint.config.maxContext;
  const given = modelShapeOf(checkpoint, {
    blockSize,
    maxContext: Math.min(maxContext, own),
    precision: hardwarePrecision(quantized),
  });
  const names = [...new Set([...Object.keys(compiled), ...Object.keys(given)])].toSorted();
  const there = new Map<string, unknown>(Object.entries(given));
  const here = new Map<string, unknown>(Object.entries(compiled));
  return names.flatMap((name) => {
    const theirs = valueText(there.get(name));
    const ours = valueText(here.get(name));
    return theirs === ours ? [] : [`${name}: ${theirs}, not ${ours}`];
  });
}

/** A size as text: numbers, flags, windows layer by layer. */
function valueText(value: unknown): string {
  return value === undefined ? "none" : JSON.stringify(value);
}
