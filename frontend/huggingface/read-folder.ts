import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import type { Checkpoint, ModelConfig } from "../checkpoint.ts";
import { hashSources, modelIdOf, withFiles } from "../files/byte-source.ts";
import { readJsonFile } from "../files/json-file.ts";
import { parseConfig, schemaProblems } from "./config.ts";
import { generationSchema, type RawGeneration } from "./config-schema.ts";
import { findWeightFiles } from "./shards.ts";
import { readWeights } from "./weights.ts";

/** Reads a Hugging Face model folder: config.json, generation_config.json where present, and safetensors. */
export function readHuggingFaceFolder(folder: string): Result<Checkpoint> {
  const config = readConfig(folder);
  if (config.kind === "error") return config;
  const files = findWeightFiles(folder);
  if (files.kind === "error") return files;
  return withFiles(files.value, (sources) => {
    const weights = readWeights(folder, sources, config.value);
    if (weights.kind === "error") return weights;
    const id = modelIdOf(resolve(folder), "folder");
    return ok({ id, sha256: hashSources(sources), config: config.value, ...weights.value });
  });
}

function readConfig(folder: string): Result<ModelConfig> {
  const file = join(folder, "config.json");
  const json = readJsonFile(file);
  if (json.kind === "error") return json;
  const generation = readGeneration(join(folder, "generation_config.json"));
  if (generation.kind === "error") return generation;
  return parseConfig(file, json.value, generation.value);
}

function readGeneration(file: string): Result<RawGeneration> {
  if (!existsSync(file)) return ok({});
  const json = readJsonFile(file);
  if (json.kind === "error") return json;
  const parsed = generationSchema.safeParse(json.value);
  return parsed.success ? ok(parsed.data) : fail(...schemaProblems(builtSpan(file), parsed.error));
}
