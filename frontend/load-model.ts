import { type Stats, statSync } from "node:fs";
import { extname } from "node:path";
import { builtSpan, defineDiagnostic, fail, ok, type Result } from "../ir/index.ts";
import type { Checkpoint } from "./checkpoint.ts";
import { isSystemError, systemReason } from "./files/byte-source.ts";
import { fileUnreadable } from "./files/diagnostics.ts";
import { readGgufFile } from "./gguf/read-model.ts";
import type { StoredType } from "./gguf/stored-types.ts";
import { readHuggingFaceFolder } from "./huggingface/read-folder.ts";
import { readLlama2cFile } from "./llama2c/read-checkpoint.ts";
import {
  type FoundTokenizer,
  findBinTokenizer,
  findFolderTokenizer,
  readTokenizer,
} from "./tokenizer/find-tokenizer.ts";

/** A path that names no kind of model. */
const modelKindUnknown = defineDiagnostic(
  "frontend.model-kind",
  "unsupported",
  (p: { readonly extension: string }) => ({
    message:
      p.extension === ""
        ? "a file without extension is no model"
        : `models of kind ${p.extension} cannot be read`,
    expected: "a Hugging Face folder (config.json, safetensors), a .gguf or a llama2.c .bin",
  }),
);

/** A checkpoint and its tokenizer. */
export interface LoadedModel {
  readonly checkpoint: Checkpoint;
  readonly tokenizer: FoundTokenizer;
  /** How the file stores the weights, where it may have quantized them: of a GGUF file. */
  readonly stored?: readonly StoredType[];
}

/** What the user says about a model beside its path. */
export interface LoadOptions {
  /** A tokenizer.json or tokenizer.bin to use in place of the one beside the model. */
  readonly tokenizer?: string | undefined;
}

/**
 * Reads a model: a Hugging Face folder, a `.gguf` or a llama2.c `.bin`. A model without tokenizer loads, and says why it
 * has none; a tokenizer that is there but broken, or named and not there, is an error.
 */
export function loadModel(path: string, options: LoadOptions = {}): Result<LoadedModel> {
  let stat: Stats;
  try {
    stat = statSync(path);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail(fileUnreadable(builtSpan(path), { reason: systemReason(error) }));
  }
  if (stat.isDirectory()) {
    return withTokenizer(readHuggingFaceFolder(path), options, (vocab) => findFolderTokenizer(path, vocab));
  }
  const extension = extname(path);
  if (extension === ".gguf") return loadGguf(path, options);
  if (extension !== ".bin") return fail(modelKindUnknown(builtSpan(path), { extension }));
  return withTokenizer(readLlama2cFile(path), options, (vocab) => findBinTokenizer(path, vocab));
}

function loadGguf(path: string, { tokenizer }: LoadOptions): Result<LoadedModel> {
  const model = readGgufFile(path, { skipTokenizer: tokenizer !== undefined });
  if (model.kind === "error" || tokenizer === undefined) return model;
  const found = readNamed(tokenizer, model.value.checkpoint.config.vocab);
  return found.kind === "error" ? found : ok({ ...model.value, tokenizer: found.value });
}

function withTokenizer(
  checkpoint: Result<Checkpoint>,
  options: LoadOptions,
  find: (vocab: number) => Result<FoundTokenizer>,
): Result<LoadedModel> {
  if (checkpoint.kind === "error") return checkpoint;
  const { vocab } = checkpoint.value.config;
  const found = options.tokenizer === undefined ? find(vocab) : readNamed(options.tokenizer, vocab);
  if (found.kind === "error") return found;
  return ok({ checkpoint: checkpoint.value, tokenizer: found.value });
}

function readNamed(file: string, vocab: number): Result<FoundTokenizer> {
  const tokenizer = readTokenizer(file, vocab);
  return tokenizer.kind === "error" ? tokenizer : ok({ kind: "present", tokenizer: tokenizer.value, file });
}
