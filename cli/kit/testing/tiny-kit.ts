import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { CompiledBuild } from "../../build-folder/read-build-folder.ts";
import { compileModel } from "../../jobs/compile-model.ts";
import { compileDefaults } from "../../options/compile-options.ts";
import { temporaryFolder } from "../../testing/model-folders.ts";
import { type RandomModel, randomModel } from "../../testing/random-model.ts";

/** The smallest model that crosses a KV block of four positions. */
export const tinySizes: RandomModel = {
  hidden: 16,
  ffn: 24,
  layers: 2,
  heads: 2,
  kvHeads: 1,
  vocab: 40,
  context: 32,
};

/** A compiled tiny model with its kit. */
export async function compileTiny(rows: number, sizes: RandomModel = tinySizes): Promise<CompiledBuild> {
  const options = { ...compileDefaults, emitIr: false, blockSize: 4, rows };
  const build = await compileModel(randomModel(sizes, 1), options);
  if (build.kind === "error") throw new Error(JSON.stringify(build.diagnostics));
  return build.value;
}

/** Every file of a build in a folder of its own, gone when the test ends. */
export function writeFiles({ files }: CompiledBuild): string {
  const folder = temporaryFolder();
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
  return folder;
}
