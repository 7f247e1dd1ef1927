import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { at, builtSpan, type Diagnostic, ok, type Result } from "../../ir/index.ts";
import { withFiles } from "../files/byte-source.ts";
import { readGgufTokenizer } from "../gguf/tokenizer.ts";
import { createLlama2cTokenizer } from "../llama2c/tokenizer.ts";
import { readVocabulary } from "../llama2c/vocabulary.ts";
import { tokenizerAbsent } from "./diagnostics.ts";
import { guardVocabulary } from "./guard-vocabulary.ts";
import { readHuggingFaceTokenizer } from "./huggingface-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** A model's tokenizer and the file it came from, or why there is none. */
export type FoundTokenizer =
  | { readonly kind: "present"; readonly tokenizer: Tokenizer; readonly file: string }
  | { readonly kind: "absent"; readonly reason: Diagnostic };

/** Reads a named tokenizer: tokenizer.json, a GGUF file's, or (any other name) llama2.c's tokenizer.bin with `vocab` tokens. */
export function readTokenizer(file: string, vocab: number): Result<Tokenizer> {
  const tokenizer = readByName(file, vocab);
  return tokenizer.kind === "error" ? tokenizer : ok(guardVocabulary(tokenizer.value, vocab));
}

/** The tokenizer.json of a Hugging Face folder. */
export function findFolderTokenizer(folder: string, vocab: number): Result<FoundTokenizer> {
  const file = join(folder, "tokenizer.json");
  if (existsSync(file)) return presentTokenizer(file, vocab);
  const looked = existsSync(join(folder, "tokenizer.model"))
    ? "the folder has tokenizer.model, but no tokenizer.json"
    : "the folder has no tokenizer.json";
  return ok({
    kind: "absent",
    reason: tokenizerAbsent(builtSpan(folder), { looked, expected: "tokenizer.json" }),
  });
}

/** The tokenizer beside a llama2.c checkpoint: tokenizer.bin, else the only tok*.bin. */
export function findBinTokenizer(checkpointFile: string, vocab: number): Result<FoundTokenizer> {
  const folder = dirname(checkpointFile);
  const usual = join(folder, "tokenizer.bin");
  if (existsSync(usual)) return presentTokenizer(usual, vocab);
  const others = readdirSync(folder)
    .filter((name) => /^tok.*\.bin$/u.test(name))
    .toSorted();
  if (others.length === 1) return presentTokenizer(join(folder, at(others, 0)), vocab);
  const looked =
    others.length === 0
      ? "neither tokenizer.bin nor a tok*.bin is beside the checkpoint"
      : `several tokenizers are beside the checkpoint: ${others.join(", ")}`;
  const expected = "tokenizer.bin, or one file tok*.bin";
  return ok({ kind: "absent", reason: tokenizerAbsent(builtSpan(checkpointFile), { looked, expected }) });
}

function presentTokenizer(file: string, vocab: number): Result<FoundTokenizer> {
  const tokenizer = readTokenizer(file, vocab);
  return tokenizer.kind === "error" ? tokenizer : ok({ kind: "present", tokenizer: tokenizer.value, file });
}

function readByName(file: string, vocab: number): Result<Tokenizer> {
  if (file.endsWith(".json")) return readHuggingFaceTokenizer(file);
  return file.endsWith(".gguf") ? readGgufTokenizer(file) : readBinTokenizer(file, vocab);
}

function readBinTokenizer(file: string, vocab: number): Result<Tokenizer> {
  return withFiles([file], (sources) => {
    const pieces = readVocabulary(at(sources, 0), vocab);
    return pieces.kind === "error" ? pieces : ok(createLlama2cTokenizer(pieces.value));
  });
}
