import { at, builtSpan, ok, type Result } from "../../ir/index.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { type ByteSource, hashSources, modelIdOf, withFiles } from "../files/byte-source.ts";
import { tokenizerAbsent } from "../tokenizer/diagnostics.ts";
import type { FoundTokenizer } from "../tokenizer/find-tokenizer.ts";
import { guardVocabulary } from "../tokenizer/guard-vocabulary.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { readConfig } from "./config.ts";
import { readGguf } from "./read-file.ts";
import { describeStorage, type StoredType } from "./stored-types.ts";
import { readMetadataTokenizer, withoutTokenizer } from "./tokenizer.ts";
import { readWeights } from "./weights.ts";

/** A model in one GGUF file: its weights as float32, its tokenizer, and how the file stores the weights. */
export interface GgufModel {
  readonly checkpoint: Checkpoint;
  readonly tokenizer: FoundTokenizer;
  readonly stored: readonly StoredType[];
}

/** What is wanted of a file beside its weights. */
export interface GgufModelOptions {
  /** Whether another tokenizer is used, so that the file's own need not be one that can be read. */
  readonly skipTokenizer?: boolean;
}

/** Reads a GGUF model: llama (also Mistral), qwen2 and qwen3 as llama.cpp writes them. */
export function readGgufFile(path: string, options: GgufModelOptions = {}): Result<GgufModel> {
  return withFiles([path], (sources) => readGgufModel(at(sources, 0), options));
}

/** The same from bytes. */
export function readGgufModel(
  source: ByteSource,
  { skipTokenizer = false }: GgufModelOptions = {},
): Result<GgufModel> {
  const file = readGguf(source);
  if (file.kind === "error") return file;
  const config = readConfig(file.value);
  if (config.kind === "error") return config;
  const tokenizer = skipTokenizer ? ok(undefined) : readMetadataTokenizer(file.value);
  if (tokenizer.kind === "error") return tokenizer;
  const weights = readWeights(file.value, config.value);
  if (weights.kind === "error") return weights;
  const id = modelIdOf(source.name, "file");
  const sha256 = hashSources([source]);
  const checkpoint = { id, sha256, config: config.value, ...weights.value };
  const found = foundTokenizer(source.name, tokenizer.value, config.value.vocab);
  return ok({ checkpoint, tokenizer: found, stored: describeStorage(file.value) });
}

function foundTokenizer(file: string, tokenizer: Tokenizer | undefined, vocab: number): FoundTokenizer {
  if (tokenizer !== undefined) return { kind: "present", tokenizer: guardVocabulary(tokenizer, vocab), file };
  const expected = "a GGUF file with tokenizer.ggml.*";
  return { kind: "absent", reason: tokenizerAbsent(builtSpan(file), { ...withoutTokenizer, expected }) };
}
