import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { codesOf, unwrap } from "../testing/codes.ts";
import { fableFolder } from "../testing/models.ts";
import { parseHuggingFaceTokenizer, readHuggingFaceTokenizer } from "./huggingface-tokenizer.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const golden = z
  .object({
    greedy_ids: z.array(z.number()),
    text: z.string(),
    encode: z.record(z.string(), z.array(z.number())),
  })
  .parse(JSON.parse(readFileSync(join(fableFolder, "golden.json"), "utf8")));
const fable = unwrap(readHuggingFaceTokenizer(join(fableFolder, "tokenizer.json")));

test.each(Object.entries(golden.encode))("fable encodes %j as recorded", (text, ids) => {
  expect(unwrap(fable.encode(text))).toEqual(ids);
  expect(unwrap(fable.encodeContinuation(text))).toEqual(ids.slice(1));
  expect(fable.decode(ids)).toBe(text);
});

test("fable decodes its recorded story, also token by token", () => {
  expect(fable.decode(golden.greedy_ids)).toBe(golden.text);
  const stream = fable.stream();
  expect(golden.greedy_ids.map((id) => stream.push(id)).join("") + stream.end()).toBe(golden.text);
});

test("any text survives, and a stream never shows a part of a character", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }).filter((text) => !/<\/?s>/u.test(text)),
      (text) => {
        const ids = unwrap(fable.encode(text));
        expect(fable.decode(ids)).toBe(text);
        const stream = fable.stream();
        const parts = ids.map((id) => stream.push(id));
        if (!text.includes("\uFFFD")) expect(parts.join("")).not.toContain("\uFFFD");
        expect(parts.join("") + stream.end()).toBe(text);
      },
    ),
  );
});

test("any ids stream to what they decode to as a whole", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(767), { maxLength: 12 }), (ids) => {
      const stream = fable.stream();
      expect(ids.map((id) => stream.push(id)).join("") + stream.end()).toBe(fable.decode(ids));
    }),
  );
});

/** Characters a and b, without any fallback. */
const parts = {
  added_tokens: [],
  normalizer: null,
  pre_tokenizer: null,
  post_processor: null,
  decoder: null,
};
const letters = { type: "BPE", vocab: { a: 0, b: 1, ab: 2 }, merges: ["a b"], byte_fallback: false };

test("a character that the vocabulary lacks is a diagnostic, with and without an unknown token", () => {
  const without = unwrap(parseHuggingFaceTokenizer("t.json", { ...parts, model: letters }));
  expect(unwrap(without.encode("abba"))).toEqual([2, 1, 0]);
  expect(codesOf(without.encode("abc"))).toEqual(["frontend.character-unknown"]);
  const withUnknown = { ...letters, vocab: { ...letters.vocab, "<unk>": 3 }, unk_token: "<unk>" };
  const other = unwrap(parseHuggingFaceTokenizer("t.json", { ...parts, model: withUnknown }));
  expect(codesOf(other.encode("abc"))).toEqual(["frontend.character-unknown"]);
  expect(codesOf(fable.encode("\udc00"))).toEqual(["frontend.text-malformed"]);
});

test("what is no tokenizer is a diagnostic", () => {
  for (const json of [[], {}, { model: { type: "Martian", vocab: {} } }]) {
    expect(codesOf(parseHuggingFaceTokenizer("t.json", json))).toEqual(["frontend.tokenizer-invalid"]);
  }
  expect(codesOf(readHuggingFaceTokenizer("/nowhere/t.json"))).toEqual(["frontend.file-unreadable"]);
});
