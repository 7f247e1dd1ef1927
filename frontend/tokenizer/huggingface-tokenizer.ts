import { Tokenizer as UntypedTokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { readJsonFile } from "../files/json-file.ts";
import { byteSymbols } from "./byte-symbols.ts";
import { tokenizerInvalid } from "./diagnostics.ts";
import { createIncrementalDecoder } from "./incremental-decoder.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { checkCharacters } from "./unicode.ts";

const fileSchema = z.looseObject({
  model: z.looseObject({ vocab: z.unknown() }),
  pre_tokenizer: z.unknown().optional(),
});

/** A tokenizer.json as far as this file looks into it; the rest is the library's. */
type TokenizerFile = z.infer<typeof fileSchema>;

/** What is used of the library; its own declarations do not resolve under Node's module rules. */
interface LibraryTokenizer {
  readonly model: { readonly unk_token?: string } | null;
  encode(
    text: string,
    options: { readonly add_special_tokens: boolean },
  ): { readonly ids: readonly number[] };
  decode(
    ids: readonly number[],
    options: { readonly skip_special_tokens: boolean; readonly clean_up_tokenization_spaces: boolean },
  ): string;
  tokenize(text: string): readonly string[];
  token_to_id(token: string): number | undefined;
  id_to_token(id: number): string | undefined;
  get_vocab(): ReadonlyMap<string, number>;
}
type LibraryConstructor = new (file: TokenizerFile, config: object) => LibraryTokenizer;
const Library = UntypedTokenizer as unknown as LibraryConstructor; // states the types that do not resolve

/** Reads a tokenizer.json, and uses the library for what it means. */
export function readHuggingFaceTokenizer(file: string): Result<Tokenizer> {
  const json = readJsonFile(file);
  if (json.kind === "error") return json;
  return parseHuggingFaceTokenizer(file, json.value);
}

/** Makes a tokenizer of the content of a tokenizer.json. */
export function parseHuggingFaceTokenizer(file: string, json: unknown): Result<Tokenizer> {
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    return fail(tokenizerInvalid(builtSpan(file), { problem: z.prettifyError(parsed.error) }));
  }
  try {
    return ok(wrapLibrary(new Library(parsed.data, {}), parsed.data));
  } catch (error) {
    // The library reports what it does not understand by exceptions of many kinds.
    const problem = error instanceof Error ? error.message : String(error);
    return fail(tokenizerInvalid(builtSpan(file), { problem }));
  }
}

function wrapLibrary(library: LibraryTokenizer, json: TokenizerFile): Tokenizer {
  const isKnown = knownCharacters(library, json);
  const encodeWith = (text: string, addSpecial: boolean): Result<readonly number[]> => {
    const problems = checkCharacters(text, isKnown);
    if (problems.length > 0) return fail(...problems);
    return ok(library.encode(text, { add_special_tokens: addSpecial }).ids);
  };
  const decode = (ids: readonly number[]): string => {
    const known = ids.filter((id) => library.id_to_token(id) !== undefined);
    if (known.length === 0) return "";
    return library.decode(known, { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  };
  return {
    vocab: library.get_vocab().size,
    encode: (text) => encodeWith(text, true),
    encodeContinuation: (text) => encodeWith(text, false),
    decode,
    stream: () => createIncrementalDecoder(decode),
  };
}

/**
 * The library drops a character that it has no token for, or writes the unknown token. A byte-level tokenizer
 * knows a character when it has all of its bytes; any other is asked to encode the character alone.
 */
function knownCharacters(library: LibraryTokenizer, json: TokenizerFile): (character: string) => boolean {
  if (JSON.stringify(json.pre_tokenizer ?? {}).includes('"type":"ByteLevel"')) {
    return (character) =>
      [...Buffer.from(character, "utf8")].every(
        (byte) => library.token_to_id(byteSymbols[byte] ?? "") !== undefined,
      );
  }
  const unknown = library.model?.unk_token;
  return (character) => {
    const tokens = library.tokenize(character);
    if (unknown !== undefined && tokens.includes(unknown)) return false;
    return /^\s$/u.test(character) || tokens.some((token) => token !== "▁");
  };
}
