import { at, builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { withFiles } from "../files/byte-source.ts";
import { tokenizerAbsent } from "../tokenizer/diagnostics.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { createBpeTokenizer } from "./bpe-tokenizer.ts";
import { type GgufFile, ggufMagic, readGguf } from "./read-file.ts";
import { createSpmTokenizer } from "./spm-tokenizer.ts";
import { type GgufVocabulary, readGgufVocabulary } from "./vocabulary.ts";

/** The tokenizer in the metadata, with the chat template; undefined: the file has none. */
export function readMetadataTokenizer({ source, metadata }: GgufFile): Result<Tokenizer | undefined> {
  const vocabulary = readGgufVocabulary(source.name, metadata);
  if (vocabulary.kind === "error") return vocabulary;
  return vocabulary.value === undefined ? ok(undefined) : createTokenizer(source.name, vocabulary.value);
}

function createTokenizer(file: string, vocabulary: GgufVocabulary): Result<Tokenizer> {
  const made =
    vocabulary.kind === "gpt2" ? createBpeTokenizer(file, vocabulary) : ok(createSpmTokenizer(vocabulary));
  if (made.kind === "error") return made;
  const { chatTemplate, boundaries } = vocabulary;
  return ok({ ...made.value, chatTemplate, boundaries });
}

/** The tokenizer of a named file, which may be a whole model or the metadata of one. */
export function readGgufTokenizer(path: string): Result<Tokenizer> {
  return withFiles([path], (sources) => {
    const file = readGguf(at(sources, 0));
    if (file.kind === "error") return file;
    const tokenizer = readMetadataTokenizer(file.value);
    if (tokenizer.kind === "error") return tokenizer;
    if (tokenizer.value !== undefined) return ok(tokenizer.value);
    return fail(
      tokenizerAbsent(builtSpan(path), {
        ...withoutTokenizer,
        expected: "a GGUF file with tokenizer.ggml.*",
      }),
    );
  });
}

/** What a file without tokenizer is told about. */
export const withoutTokenizer = { looked: "the metadata have no tokenizer.ggml.model" } as const;

/** A GGUF file of the same tokenizer and nothing else: what a build holds of a model's file. */
export function tokenizerPart(path: string): Result<Uint8Array> {
  return withFiles([path], (sources) => {
    const file = readGguf(at(sources, 0));
    return file.kind === "error" ? file : ok(copyTokenizer(file.value));
  });
}

function copyTokenizer({ source, metadata }: GgufFile): Uint8Array {
  const kept = [...metadata].filter(([key]) => key.startsWith("tokenizer."));
  const entries = kept.map(([, { begin, end }]) => {
    const bytes = new Uint8Array(end - begin);
    source.readInto(bytes, begin);
    return bytes;
  });
  const header = Buffer.alloc(24);
  header.writeUInt32LE(ggufMagic, 0);
  header.writeUInt32LE(3, 4);
  header.writeBigUInt64LE(BigInt(kept.length), 16);
  return new Uint8Array(Buffer.concat([header, ...entries]));
}
