import { z } from "zod";
import { CompilerBug, ok } from "../../ir/index.ts";
import { checkTarget, writeBuildFolder } from "../build-folder/write-build-folder.ts";
import { packBuild } from "../kit/pack-build.ts";
import type { PackResult } from "../kit/pack-schema.ts";
import type { Manifest } from "../schemas/manifest.ts";
import { defineVerb } from "../verb.ts";

/** New weights for hardware that is compiled already. */
export const pack = defineVerb({
  name: "pack",
  summary: "Put the weights of another checkpoint of the same shape into a build, without compiling",
  declare: (command) => {
    command
      .argument("<model>", "a Hugging Face folder or a llama2.c .bin")
      .requiredOption("--for <build>", "the build whose hardware is used")
      .option("-o, --output <folder>", "where the build with the new weights goes (default: --for)")
      .option("--calibrate <file>", "text to take statistics from (default: the model's own)")
      .option("--tokenizer <file>", "tokenizer.json or tokenizer.bin, in place of the one beside the model");
  },
  input: z.object({
    model: z.string(),
    for: z.string(),
    output: z.string().optional(),
    tokenizer: z.string().optional(),
    calibrate: z.string().optional(),
  }),
  run: async ({ model, for: folder, output: target = folder, ...options }, session) => {
    const free = checkTarget(target);
    if (free.kind === "error") return free;
    const packed = packBuild(folder, model, options);
    if (packed.kind === "error") return packed;
    const written = await writeBuildFolder(target, packed.value.files, session.signal);
    if (written.kind === "error") return written;
    const result = describePack(target, packed.value.manifest);
    session.output.line(`weights of ${result.model.id} in ${target}, for design ${result.design.id}`);
    return ok(result);
  },
});

function describePack(output: string, { model, design, memory, self_test }: Manifest): PackResult {
  const image = memory.find(({ crc32 }) => crc32 !== null);
  if (image === undefined || image.sha256 === null || image.crc32 === null)
    throw new CompilerBug("the build has no weights");
  const { id, arch, sha256 } = model;
  return {
    schema: "hidalgo.pack/1",
    output,
    model: { id, arch, sha256 },
    design: { id: design.id, hash: design.hash },
    weights: { bytes: image.bytes, sha256: image.sha256, crc32: image.crc32 },
    self_test,
  };
}
