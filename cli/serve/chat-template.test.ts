import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readChatTemplate } from "./chat-template.ts";

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "chat-"));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return join(folder, "tokenizer.json");
}

const config = (value: unknown) => ({ "tokenizer_config.json": JSON.stringify(value) });
const tokenizer = { chatTemplate: undefined };
const read = (files: Readonly<Record<string, string>>, own?: string) =>
  readChatTemplate({ file: folderWith(files), tokenizer }, own);

test("a template is found where models have it", () => {
  const tokens = { bos_token: "<s>", eos_token: { content: "</s>", special: true } };
  const variables = { bos_token: "<s>", eos_token: "</s>" };
  const found = (source: string) => ({ kind: "ok", value: { source, variables } });
  expect(read(config({ ...tokens, chat_template: "a" }))).toEqual(found("a"));
  const named = [
    { name: "tool_use", template: "t" },
    { name: "default", template: "d" },
  ];
  expect(read(config({ ...tokens, chat_template: named }))).toEqual(found("d"));
  expect(read({ ...config(tokens), "chat_template.jinja": "j" })).toEqual(found("j"));
  expect(read({})).toEqual({ kind: "ok", value: undefined });
  expect(read(config(tokens))).toEqual({ kind: "ok", value: undefined });
});

test("a tokenizer's own template is the last that is looked for", () => {
  const own = { chatTemplate: "g", boundaries: { start: "<s>", end: undefined } };
  const readOwn = (files: Readonly<Record<string, string>>) =>
    readChatTemplate({ file: folderWith(files), tokenizer: own }, undefined);
  expect(readOwn({})).toEqual({ kind: "ok", value: { source: "g", variables: { bos_token: "<s>" } } });
  expect(readOwn({ "chat_template.jinja": "j" })).toMatchObject({ value: { source: "j" } });
});

test.each(["{", '{"chat_template": 7}', "[]"])("a damaged file %s is a diagnostic", (text) => {
  expect(read({ "tokenizer_config.json": text })).toMatchObject({
    kind: "error",
    diagnostics: [{ code: "CLI0041" }],
  });
});
