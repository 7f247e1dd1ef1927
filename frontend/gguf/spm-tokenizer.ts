import { at, fail, ok, type Result } from "../../ir/index.ts";
import { mergePairs } from "../llama2c/merge-pairs.ts";
import type { TextStream, Tokenizer } from "../tokenizer/tokenizer.ts";
import { checkCharacters } from "../tokenizer/unicode.ts";
import { type GgufVocabulary, tokenTypes } from "./vocabulary.ts";

type SpmVocabulary = Extract<GgufVocabulary, { readonly kind: "llama" }>;

/** Stands for a space in the vocabulary. */
const visibleSpace = "▁";

/**
 * The tokenizer of SentencePiece models as llama.cpp's SPM tokenizer: neighbouring characters merge greedily by score, what is
 * no token in the end is spelt in bytes. Control and user-defined tokens are found in the text as they stand.
 */
export function createSpmTokenizer(vocabulary: SpmVocabulary): Tokenizer {
  const words = indexVocabulary(vocabulary);
  const { startId, endId, addSpacePrefix } = vocabulary;
  const encodeContinuation = (text: string): Result<readonly number[]> => {
    const problems = checkCharacters(text, (character) => isSpelt(character, words));
    if (problems.length > 0) return fail(...problems);
    return ok(cutAtSpecial(text, words).flatMap((part) => encodePart(part, words, vocabulary)));
  };
  const stream = (): TextStream => createStream(vocabulary, addSpacePrefix);
  return {
    vocab: vocabulary.tokens.length,
    encode: (text) => {
      const ids = encodeContinuation(text);
      if (ids.kind === "error") return ids;
      return ok([
        ...(startId === undefined ? [] : [startId]),
        ...ids.value,
        ...(endId === undefined ? [] : [endId]),
      ]);
    },
    encodeContinuation,
    decode: (ids) => {
      const decoder = stream();
      return ids.map((id) => decoder.push(id)).join("") + decoder.end();
    },
    stream,
  };
}

/** The vocabulary by what its tokens are for. */
interface WordIndex {
  /** Text to id, tokens that merging can produce. */
  readonly pieces: ReadonlyMap<string, number>;
  /** Id of the token of each byte that has one. */
  readonly bytes: ReadonlyMap<number, number>;
  /** Text to id of tokens that are found in a text as they stand. */
  readonly special: ReadonlyMap<string, number>;
  /** Matches any of the special tokens, the longest first; undefined where there is none. */
  readonly specialPattern: RegExp | undefined;
}

function indexVocabulary({ tokens, types }: SpmVocabulary): WordIndex {
  const pieces = new Map<string, number>();
  const bytes = new Map<number, number>();
  const special = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    const type = types[id];
    const byte = type === tokenTypes.byte ? byteOf(token) : undefined;
    if (byte !== undefined) bytes.set(byte, id);
    if (token === "") continue;
    if (type === tokenTypes.control || type === tokenTypes.userDefined) special.set(token, id);
    else if (type === tokenTypes.normal && !pieces.has(token)) pieces.set(token, id);
  }
  const longestFirst = [...special.keys()].toSorted((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const alternatives = longestFirst.map((token) => escapeExpression(token)).join("|");
  return {
    pieces,
    bytes,
    special,
    specialPattern: alternatives === "" ? undefined : new RegExp(alternatives, "gu"),
  };
}

const escapeExpression = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/gu, "\\$&");

/** The byte that a token of the form `<0x0A>` stands for. */
function byteOf(token: string): number | undefined {
  const digits = /^<0x(?<digits>[0-9A-Fa-f]{2})>$/u.exec(token)?.groups?.["digits"];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

function isSpelt(character: string, { pieces, bytes }: WordIndex): boolean {
  return (
    pieces.has(escapeSpaces(character)) ||
    Buffer.from(escapeSpaces(character)).every((byte) => bytes.has(byte))
  );
}

const escapeSpaces = (text: string): string => text.replaceAll(" ", visibleSpace);

/** A stretch of text between special tokens, or one of those. */
type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "token"; readonly id: number };

function cutAtSpecial(text: string, { special, specialPattern }: WordIndex): readonly Part[] {
  const parts: Part[] = [];
  let done = 0;
  for (const match of specialPattern === undefined ? [] : text.matchAll(specialPattern)) {
    if (match.index > done) parts.push({ kind: "text", text: text.slice(done, match.index) });
    parts.push({ kind: "token", id: special.get(match[0]) ?? 0 });
    done = match.index + match[0].length;
  }
  if (done < text.length) parts.push({ kind: "text", text: text.slice(done) });
  return parts;
}

/** Every stretch of text begins with a space of its own, where the model was trained so. */
function encodePart(
  part: Part,
  words: WordIndex,
  { scores, addSpacePrefix }: SpmVocabulary,
): readonly number[] {
  if (part.kind === "token") return [part.id];
  const escaped = escapeSpaces(addSpacePrefix ? ` ${part.text}` : part.text);
  const symbols = new SymbolTable(words, scores);
  const merged = mergePairs(
    Array.from(escaped, (character) => symbols.intern(character)),
    symbols,
  );
  return merged.flatMap((symbol) => symbols.spell(symbol));
}

/** Tokens by their id, and behind them texts that are no tokens but may become parts of some. */
class SymbolTable {
  readonly #words: WordIndex;
  readonly #scores: Float64Array;
  readonly #texts = new Map<number, string>();
  readonly #strangers = new Map<string, number>();

  constructor(words: WordIndex, scores: Float64Array) {
    this.#words = words;
    this.#scores = scores;
  }

  intern(text: string): number {
    const known = this.#words.pieces.get(text) ?? this.#strangers.get(text);
    const symbol = known ?? this.#scores.length + this.#strangers.size;
    if (known === undefined) this.#strangers.set(text, symbol);
    this.#texts.set(symbol, text);
    return symbol;
  }

  join(left: number, right: number): number | undefined {
    const text = `${this.#texts.get(left) ?? ""}${this.#texts.get(right) ?? ""}`;
    const joined = this.#words.pieces.get(text);
    if (joined !== undefined) this.#texts.set(joined, text);
    return joined;
  }

  score(symbol: number): number {
    return at(this.#scores, symbol);
  }

  spell(symbol: number): readonly number[] {
    if (symbol < this.#scores.length) return [symbol];
    const bytes = Buffer.from(this.#texts.get(symbol) ?? "");
    return [...bytes].flatMap((byte) => this.#words.bytes.get(byte) ?? []);
  }
}

function createStream({ tokens, types }: SpmVocabulary, dropsFirstSpace: boolean): TextStream {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let atStart = dropsFirstSpace;
  const bytesOf = (id: number): Uint8Array => {
    const token = tokens[id] ?? "";
    const byte = types[id] === tokenTypes.byte ? byteOf(token) : undefined;
    if (byte !== undefined) return Uint8Array.of(byte);
    if (types[id] === tokenTypes.control || types[id] === tokenTypes.unknown) return new Uint8Array();
    const text = token.replaceAll(visibleSpace, " ");
    return Buffer.from(atStart && text.startsWith(" ") ? text.slice(1) : text);
  };
  return {
    push: (id) => {
      const bytes = bytesOf(id);
      if (bytes.length > 0 || types[id] === tokenTypes.normal) atStart = false;
      return decoder.decode(bytes, { stream: true });
    },
    end: () => decoder.decode(),
  };
}
