import fc from "fast-check";
import { expect, test } from "vitest";
import { memorySource } from "../files/byte-source.ts";
import { codesOf, unwrap } from "../testing/codes.ts";
import { llama2cPieces, writeTokenizerBin } from "../testing/write-llama2c.ts";
import { type MergeTable, mergePairs } from "./merge-pairs.ts";
import { createLlama2cTokenizer } from "./tokenizer.ts";
import { readVocabulary } from "./vocabulary.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const pieces = llama2cPieces("ab", " a", "abc", " ab", "é", "b", "c", "a", " ");
const tokenizer = createLlama2cTokenizer(pieces);
const ids = (...texts: readonly string[]): readonly number[] =>
  texts.map((text) => pieces.findIndex((piece) => piece.bytes === text));
const latin1 = (text: string): string => Buffer.from(text).toString("latin1");

/** llama2.c's own search: the best pair of all, again and again. */
function mergeNaively(start: readonly number[], table: MergeTable): readonly number[] {
  const tokens = [...start];
  for (;;) {
    let best: { at: number; id: number; score: number } | undefined;
    for (let i = 0; i + 1 < tokens.length; i++) {
      const id = table.join(tokens[i] ?? 0, tokens[i + 1] ?? 0);
      if (id !== undefined && (best === undefined || table.score(id) > best.score))
        best = { at: i, id, score: table.score(id) };
    }
    if (best === undefined) return tokens;
    tokens.splice(best.at, 2, best.id);
  }
}

test("merging with a heap equals llama2.c's search on random vocabularies", () => {
  const joins = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.nat(5), fc.nat(3)), { maxLength: 12 });
  fc.assert(
    fc.property(joins, fc.array(fc.nat(5), { maxLength: 30 }), (rules, tokens) => {
      const joined = new Map(rules.map(([a, b, id]) => [6 * a + b, id]));
      const scores = new Map(rules.map(([, , id, score]) => [id, score]));
      const table: MergeTable = { join: (a, b) => joined.get(6 * a + b), score: (id) => scores.get(id) ?? 0 };
      expect(mergePairs(tokens, table)).toEqual(mergeNaively(tokens, table));
    }),
    { numRuns: 500 },
  );
});

test("greedy merging by score, after a space that decoding takes away again", () => {
  expect(unwrap(tokenizer.encode("abc"))).toEqual([1, ...ids(" ", "abc")]);
  expect(unwrap(tokenizer.encodeContinuation("a"))).toEqual(ids(" a"));
  expect(tokenizer.decode([1, ...ids(" ab", "c", " a")])).toBe("abc a");
  expect(unwrap(tokenizer.encode(""))).toEqual([1]);
});

test("characters without a token are spelled in bytes; without byte tokens they are a diagnostic", () => {
  expect(unwrap(tokenizer.encode("ж"))).toEqual([1, ...ids(" "), 3 + 0xd0, 3 + 0xb6]);
  const bare = createLlama2cTokenizer(pieces.filter((piece) => !piece.bytes.startsWith("<0x")));
  expect(codesOf(bare.encode("abж"))).toEqual(["frontend.character-unknown"]);
  expect(codesOf(tokenizer.encode("a\ud800"))).toEqual(["frontend.text-malformed"]);
});

test("any text survives encoding and decoding, also token by token", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      const encoded = unwrap(tokenizer.encode(text));
      expect(tokenizer.decode(encoded)).toBe(text);
      const stream = tokenizer.stream();
      const parts = encoded.map((id) => stream.push(id));
      expect(parts.every((part) => part.isWellFormed() && !part.includes("\uFFFD"))).toBe(
        !text.includes("\uFFFD"),
      );
      expect(parts.join("") + stream.end()).toBe(text);
    }),
  );
});

test("a character that is never completed shows at the end", () => {
  const stream = tokenizer.stream();
  expect([stream.push(3 + 0xd0), stream.end()]).toEqual(["", "\uFFFD"]);
});

test("a tokenizer.bin is read as written; its size must be the model's", () => {
  const listed = [...pieces, { bytes: latin1("ж"), score: -20 }];
  const read = (bytes: Uint8Array, vocab: number): ReturnType<typeof readVocabulary> =>
    readVocabulary(memorySource("t.bin", bytes), vocab);
  expect(unwrap(read(writeTokenizerBin(listed), listed.length))).toEqual(listed);
  expect(codesOf(read(writeTokenizerBin(listed), listed.length - 1))).toEqual(["frontend.tokenizer-bin"]);
  expect(codesOf(read(writeTokenizerBin(listed).subarray(0, -1), listed.length))).toEqual([
    "frontend.tokenizer-bin",
  ]);
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 60 }),
      (bytes) => read(bytes, 9).kind === "error" || bytes.length >= 76,
    ),
  );
});
