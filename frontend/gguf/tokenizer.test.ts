import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { Result } from "../../ir/index.ts";
import { memorySource } from "../files/byte-source.ts";
import { codesOf, unwrap } from "../testing/codes.ts";
import { fableFolder } from "../testing/models.ts";
import { temporaryFolder } from "../testing/tiny-model.ts";
import { readTokenizer } from "../tokenizer/find-tokenizer.ts";
import type { Tokenizer } from "../tokenizer/tokenizer.ts";
import { readTokenizerFile } from "../tokenizer/tokenizer-file.ts";
import { readGguf } from "./read-file.ts";
import { fableGguf, fableTokenizer } from "./testing/fable-gguf.ts";
import { u32, type WrittenValue, writeGguf } from "./testing/write-gguf.ts";
import { readMetadataTokenizer } from "./tokenizer.ts";

type Keys = Readonly<Record<string, WrittenValue>>;
const text = (value: string): WrittenValue => ({ type: "string", value });
const flag = (value: boolean): WrittenValue => ({ type: "bool", value });

/** The tokenizer of these keys after `tokenizer.ggml.`, in place of or beside `base`. */
function open(base: ReadonlyMap<string, WrittenValue>, keys: Keys = {}): Result<Tokenizer | undefined> {
  const own = Object.entries(keys).map(([key, value]) => [`tokenizer.ggml.${key}`, value] as const);
  const file = unwrap(readGguf(memorySource("m.gguf", writeGguf(new Map([...base, ...own]), []))));
  return readMetadataTokenizer(file);
}

function opened(...from: Parameters<typeof open>): Tokenizer {
  const tokenizer = unwrap(open(...from));
  if (tokenizer === undefined) throw new Error("no tokenizer");
  return tokenizer;
}

const story = "Once upon a time,\n there was 12345 of   them: “ein Käfer” 🐞 isn't it?</s>";
const starts: Keys = { bos_token_id: u32(0), eos_token_id: u32(1) };

test("byte-level BPE: as the tokenizer.json that it came from", () => {
  const own = unwrap(readTokenizer(join(fableFolder, "tokenizer.json"), 768));
  const read = opened(fableTokenizer(), starts);
  expect(read.encode(story)).toEqual(own.encode(story));
  expect(read.encodeContinuation("x y")).toEqual(own.encodeContinuation("x y"));
  const ids = unwrap(own.encode(story));
  expect(read.decode(ids)).toBe(own.decode(ids));
  expect(read.vocab).toBe(768);
});

test("start and end tokens as the keys say", () => {
  const ids = (keys: Keys): readonly number[] =>
    unwrap(opened(fableTokenizer(), { ...starts, ...keys }).encode("Once"));
  const [once] = ids({ add_bos_token: flag(false) });
  expect(ids({})).toEqual([0, once]);
  expect(ids({ add_bos_token: flag(false), add_eos_token: flag(true) })).toEqual([once, 1]);
});

test("pre-tokenizers cut differently: words, digits, spaces", () => {
  // A vocabulary with single characters and "12", "123", " a" and "!\n": which of them is used shows the cut.
  const letters = ["1", "2", "3", "4", "a", "!", "Ġ", "Ċ", "12", "123", "Ġa", "!Ċ"];
  const merges = ["1 2", "12 3", "Ġ a", "! Ċ"];
  const base = new Map<string, WrittenValue>([
    ["tokenizer.ggml.model", text("gpt2")],
    ["tokenizer.ggml.tokens", { type: "strings", value: letters }],
    ["tokenizer.ggml.merges", { type: "strings", value: merges }],
    ["tokenizer.ggml.add_bos_token", flag(false)],
  ]);
  const cut = (pre: string, given: string): string =>
    unwrap(opened(base, { pre: text(pre) }).encode(given))
      .map((id) => letters[id])
      .join(" ");
  expect(cut("gpt-2", "1234 a!\n")).toBe("123 4 Ġa ! Ċ");
  expect(cut("llama-bpe", "1234 a!\n")).toBe("123 4 Ġa !Ċ");
  expect(cut("qwen2", "1234 a!\n")).toBe("1 2 3 4 Ġa !Ċ");
  expect(cut("smollm", "1234 a!\n")).toBe("1 2 3 4 Ġa ! Ċ");
  expect(cut("tekken", "1234 a!\n")).toBe("1 2 3 4 Ġa !Ċ");
  expect(cut("default", "1234 a!\n")).toBe("123 4 Ġa ! Ċ");
  expect(codesOf(open(base, { pre: text("unheard-of") }))).toEqual(["frontend.gguf-unsupported"]);
});

const bytes = Array.from({ length: 256 }, (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`);
const pieces = ["▁", "a", "b", "ab", "▁a", "▁ab", "é", "<tool>"];
const spmTokens = ["<unk>", "<s>", "</s>", ...bytes, ...pieces];
const spm = new Map<string, WrittenValue>([
  ["tokenizer.ggml.model", text("llama")],
  ["tokenizer.ggml.tokens", { type: "strings", value: spmTokens }],
  [
    "tokenizer.ggml.scores",
    { type: "f32s", value: [...Array.from({ length: 259 }, () => 0), -9, -9, -9, -1, -2, -3, -9, 0] },
  ],
  [
    "tokenizer.ggml.token_type",
    {
      type: "i32s",
      value: [2, 3, 3, ...bytes.map(() => 6), ...pieces.map((piece) => (piece === "<tool>" ? 4 : 1))],
    },
  ],
]);
const told = (tokenizer: Tokenizer, given: string): readonly (string | undefined)[] =>
  unwrap(tokenizer.encode(given)).map((id) => spmTokens[id]);

test("SentencePiece: a space in front, the best score first, bytes for what is no token", () => {
  const tokenizer = opened(spm);
  expect(told(tokenizer, "ab a")).toEqual(["<s>", "▁ab", "▁a"]);
  expect(told(tokenizer, "éü")).toEqual(["<s>", "▁", "é", "<0xC3>", "<0xBC>"]);
  expect(told(tokenizer, "a<tool>b</s>")).toEqual(["<s>", "▁a", "<tool>", "▁", "b", "</s>"]);
  expect(told(tokenizer, "")).toEqual(["<s>"]);
  expect(told(opened(spm, { add_space_prefix: flag(false) }), "ab")).toEqual(["<s>", "ab"]);
  for (const given of ["ab a", " é ü\n", "日本 🐞"]) {
    const ids = unwrap(tokenizer.encode(given));
    expect(tokenizer.decode(ids)).toBe(given);
    const stream = tokenizer.stream();
    expect(ids.map((id) => stream.push(id)).join("") + stream.end()).toBe(given);
  }
  expect(codesOf(tokenizer.encode("\ud800"))).toEqual(["frontend.text-malformed"]);
});

test("a character without token and without bytes is a diagnostic", () => {
  const few = ["<unk>", "<s>", "</s>", "▁", "a"];
  const tokenizer = opened(spm, {
    tokens: { type: "strings", value: few },
    scores: { type: "f32s", value: [0, 0, 0, 0, 0] },
    token_type: { type: "i32s", value: [2, 3, 3, 1, 1] },
  });
  expect(codesOf(tokenizer.encode("ab"))).toEqual(["frontend.character-unknown"]);
});

test("no tokenizer, one of another kind, lists of different lengths", () => {
  expect(unwrap(open(new Map()))).toBeUndefined();
  expect(codesOf(open(spm, { model: text("bert") }))).toEqual(["frontend.gguf-unsupported"]);
  expect(codesOf(open(spm, { scores: { type: "f32s", value: [0] } }))).toEqual(["frontend.gguf-key"]);
  expect(codesOf(open(spm, { bos_token_id: u32(9999) }))).toEqual(["frontend.gguf-key"]);
});

test("a build holds the tokenizer alone, with the chat template", () => {
  const template = "{{ messages }}";
  const model = fableGguf("F32", new Map([["tokenizer.chat_template", text(template)]]));
  const folder = temporaryFolder({ "m.gguf": model });
  const { name, bytes: part } = readTokenizerFile(join(folder, "m.gguf"));
  expect(name).toBe("tokenizer.gguf");
  expect(part.length).toBeLessThan(30_000);
  const copy = temporaryFolder({ [name]: part });
  const tokenizer = unwrap(readTokenizer(join(copy, name), 768));
  expect(tokenizer.chatTemplate).toBe(template);
  expect(tokenizer.boundaries).toEqual({ start: "<s>", end: "</s>" });
  expect(tokenizer.encode(story)).toEqual(unwrap(readTokenizer(join(folder, "m.gguf"), 768)).encode(story));
  const other = readTokenizerFile(join(fableFolder, "tokenizer.json"));
  expect(other).toEqual({ name: "tokenizer.json", bytes: readFileSync(join(fableFolder, "tokenizer.json")) });
  expect(
    codesOf(readTokenizer(join(temporaryFolder({ "n.gguf": writeGguf(new Map(), []) }), "n.gguf"), 768)),
  ).toEqual(["frontend.tokenizer-absent"]);
});
