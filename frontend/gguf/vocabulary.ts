import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import type { TokenBoundaries } from "../tokenizer/tokenizer.ts";
import { ggufUnsupported } from "./diagnostics.ts";
import { KeyReader } from "./keys.ts";
import type { GgufEntry } from "./metadata.ts";
import { type PreTokenizer, preTokenizers } from "./pre-tokenizers.ts";

/** What a token is, by llama.cpp's numbers (`enum llama_token_type`). */
export const tokenTypes = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** What both kinds of tokenizer have. */
interface CommonVocabulary {
  readonly tokens: readonly string[];
  /** One of {@link tokenTypes} per token. */
  readonly types: Float64Array;
  /** Goes before a text, where the model wants one. */
  readonly startId: number | undefined;
  /** Goes behind a text, where the model wants one. */
  readonly endId: number | undefined;
  readonly chatTemplate: string | undefined;
  /** Texts of the tokens that begin and end a text, whether or not they are added. */
  readonly boundaries: TokenBoundaries;
}

/** The tokenizer that the metadata describe. */
export type GgufVocabulary = CommonVocabulary &
  (
    | {
        readonly kind: "llama";
        /** One per token; the higher merges first. */
        readonly scores: Float64Array;
        readonly addSpacePrefix: boolean;
      }
    | { readonly kind: "gpt2"; readonly merges: readonly string[]; readonly pre: PreTokenizer }
  );

const key = (name: string): string => `tokenizer.ggml.${name}`;

/** Reads `tokenizer.*`; undefined: the file has no tokenizer. */
export function readGgufVocabulary(
  file: string,
  metadata: ReadonlyMap<string, GgufEntry>,
): Result<GgufVocabulary | undefined> {
  const keys = new KeyReader(file, metadata);
  const model = keys.find(key("model"), "text");
  if (keys.problems.length > 0) return fail(...keys.problems);
  if (model === undefined || model === "none" || model === "no_vocab") return ok(undefined);
  if (model !== "llama" && model !== "gpt2")
    return unsupported(file, `the tokenizer '${model}'`, "llama or gpt2");
  const tokens = keys.need(key("tokens"), "texts") ?? [];
  const types = keys.find(key("token_type"), "numbers") ?? new Float64Array(tokens.length).fill(1);
  checkLength(keys, "token_type", types.length, tokens.length);
  const vocabulary =
    model === "llama" ? readScored(keys, tokens, types) : readMerged(file, keys, tokens, types);
  if (keys.problems.length > 0) return fail(...keys.problems);
  return vocabulary;
}

function unsupported(file: string, what: string, expected: string): Result<never> {
  const hint = "name another tokenizer with --tokenizer, or give token ids with --prompt-ids";
  return fail(ggufUnsupported(builtSpan(file), { what, expected, hint }));
}

function checkLength(keys: KeyReader, name: string, found: number, wanted: number): void {
  if (found !== wanted)
    keys.complain(key(name), `has ${String(found)} entries`, `${String(wanted)}, one per token`);
}

function readScored(keys: KeyReader, tokens: readonly string[], types: Float64Array): Result<GgufVocabulary> {
  const scores = keys.need(key("scores"), "numbers") ?? new Float64Array();
  checkLength(keys, "scores", scores.length, tokens.length);
  const addSpacePrefix = keys.find(key("add_space_prefix"), "boolean") ?? true;
  const ends = specialIds(keys, tokens, { bos: 1, eos: 2, addBos: true });
  return ok({ kind: "llama", tokens, types, scores, addSpacePrefix, ...ends });
}

function readMerged(
  file: string,
  keys: KeyReader,
  tokens: readonly string[],
  types: Float64Array,
): Result<GgufVocabulary> {
  const merges = keys.need(key("merges"), "texts") ?? [];
  const name = keys.find(key("pre"), "text") ?? "default";
  const pre = preTokenizers.get(name);
  if (pre === undefined)
    return unsupported(file, `the pre-tokenizer '${name}'`, [...preTokenizers.keys()].join(", "));
  const ends = specialIds(keys, tokens, { bos: undefined, eos: undefined, addBos: pre.addBos });
  return ok({ kind: "gpt2", tokens, types, merges, pre, ...ends });
}

/** What holds where the keys do not say. */
interface Defaults {
  readonly bos: number | undefined;
  readonly eos: number | undefined;
  readonly addBos: boolean;
}

function specialIds(
  keys: KeyReader,
  tokens: readonly string[],
  { bos, eos, addBos }: Defaults,
): Pick<CommonVocabulary, "startId" | "endId" | "chatTemplate" | "boundaries"> {
  const range = { least: 0, most: tokens.length - 1 } as const;
  const startId = keys.integer(key("bos_token_id"), range) ?? bos;
  const endId = keys.integer(key("eos_token_id"), range) ?? eos;
  const addsStart = keys.find(key("add_bos_token"), "boolean") ?? addBos;
  const addsEnd = keys.find(key("add_eos_token"), "boolean") ?? false;
  return {
    startId: addsStart ? startId : undefined,
    endId: addsEnd ? endId : undefined,
    chatTemplate: keys.find("tokenizer.chat_template", "text"),
    boundaries: {
      start: startId === undefined ? undefined : tokens[startId],
      end: endId === undefined ? undefined : tokens[endId],
    },
  };
}
