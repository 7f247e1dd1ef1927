import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { readTokenizerFile } from "../../frontend/index.ts";
import type { Manifest } from "../schemas/manifest.ts";
import type { BuildFiles } from "./build-files.ts";

/** Files beside a tokenizer that say how a conversation becomes a prompt: models and builds have them under these names. */
export const CHAT_FILES = { template: "chat_template.jinja", config: "tokenizer_config.json" } as const;

/** A tokenizer's file and the chat files beside it, as a build holds them; `name` is the tokenizer's. */
export function tokenizerFiles(file: string): { readonly name: string; readonly files: BuildFiles } {
  const { name, bytes } = readTokenizerFile(file);
  const files = new Map<string, Uint8Array>([[name, bytes]]);
  for (const chatFile of Object.values(CHAT_FILES)) {
    const beside = join(dirname(file), chatFile);
    if (existsSync(beside)) files.set(chatFile, readFileSync(beside));
  }
  return { name, files };
}

/** Whether a file of a build came with its tokenizer. */
export function isTokenizerFile(path: string, { tokenizer }: Pick<Manifest, "tokenizer">): boolean {
  return path === tokenizer || Object.values<string>(CHAT_FILES).includes(path);
}
