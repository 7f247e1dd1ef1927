import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { readJsonFile } from "../files/json-file.ts";
import { shardIndexInvalid, weightsAbsent } from "./diagnostics.ts";

const indexSchema = z.object({ weight_map: z.record(z.string(), z.string()) });

/** Weight files of other formats, named in the message when they are all there is. */
const otherWeightFiles = [
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
  "consolidated.00.pth",
  "tf_model.h5",
];

/** The safetensors files of a model folder, in the order of their names. */
export function findWeightFiles(folder: string): Result<readonly string[]> {
  const single = join(folder, "model.safetensors");
  if (existsSync(single)) return ok([single]);
  const index = join(folder, "model.safetensors.index.json");
  if (existsSync(index)) return readShardIndex(folder, index);
  const found = otherWeightFiles.find((name) => existsSync(join(folder, name)));
  return fail(weightsAbsent(builtSpan(folder), { found }));
}

function readShardIndex(folder: string, index: string): Result<readonly string[]> {
  const json = readJsonFile(index);
  if (json.kind === "error") return json;
  const where = builtSpan(index);
  const parsed = indexSchema.safeParse(json.value);
  if (!parsed.success) return fail(shardIndexInvalid(where, { problem: z.prettifyError(parsed.error) }));
  const names = [...new Set(Object.values(parsed.data.weight_map))].toSorted();
  const outside = names.find((name) => name === "" || name === ".." || /[/\\]/u.test(name));
  if (outside !== undefined) {
    return fail(shardIndexInvalid(where, { problem: `'${outside}' is not a file name in this folder` }));
  }
  if (names.length === 0) return fail(shardIndexInvalid(where, { problem: "it names no file" }));
  return ok(names.map((name) => join(folder, name)));
}
