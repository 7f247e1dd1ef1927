import type { Result } from "../../ir/index.ts";
import { parseHuggingFaceTokenizer } from "../tokenizer/huggingface-tokenizer.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { type GgufVocabulary, tokenTypes } from "./vocabulary.ts";

/** A byte-level BPE tokenizer, written down as the tokenizer.json that it was converted from. */
export function createBpeTokenizer(
  file: string,
  vocabulary: Extract<GgufVocabulary, { readonly kind: "gpt2" }>,
): Result<Tokenizer> {
  const { tokens, merges, pre } = vocabulary;
  return parseHuggingFaceTokenizer(file, {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: addedTokens(vocabulary),
    normalizer: null,
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [
        ...pre.patterns.map((pattern) => ({
          type: "Split",
          pattern: { Regex: pattern },
          behavior: "Isolated",
          invert: false,
        })),
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false },
      ],
    },
    decoder: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: template(vocabulary),
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: pre.ignoreMerges,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: merges.map(splitMerge),
    },
  });
}

/** The space between the halves is the first one that is not the first character. */
function splitMerge(merge: string): readonly [string, string] {
  const space = merge.indexOf(" ", 1);
  return space < 0 ? [merge, ""] : [merge.slice(0, space), merge.slice(space + 1)];
}

/** Tokens that are found in a text as they stand; special ones are no text when decoded. */
function addedTokens({ tokens, types }: GgufVocabulary): readonly object[] {
  return tokens.flatMap((content, id) => {
    const special = types[id] === tokenTypes.control || types[id] === tokenTypes.unknown;
    if (!special && types[id] !== tokenTypes.userDefined) return [];
    return [{ id, content, single_word: false, lstrip: false, rstrip: false, normalized: false, special }];
  });
}

function template({ tokens, startId, endId }: GgufVocabulary): object {
  const around = [startId, endId].map((id) => {
    const token = id === undefined ? undefined : tokens[id];
    return token === undefined ? undefined : { token, id: id ?? 0 };
  });
  const [start, end] = around.map((special) =>
    special === undefined ? [] : [{ SpecialToken: { id: special.token, type_id: 0 } }],
  );
  const text = (id: string): object => ({ Sequence: { id, type_id: 0 } });
  return {
    type: "TemplateProcessing",
    single: [...(start ?? []), text("A"), ...(end ?? [])],
    pair: [text("A"), text("B")],
    special_tokens: Object.fromEntries(
      around.flatMap((special) =>
        special === undefined
          ? []
          : [[special.token, { id: special.token, ids: [special.id], tokens: [special.token] }]],
      ),
    ),
  };
}
