import { readFileSync } from "node:fs";
import { CompilerBug } from "../../ir/index.ts";
import { tokenizerPart } from "../gguf/tokenizer.ts";

/** A tokenizer as a build holds it. */
export interface TokenizerFile {
  /** The name, by which the formats are told apart. */
  readonly name: "tokenizer.json" | "tokenizer.bin" | "tokenizer.gguf";
  readonly bytes: Uint8Array;
}

/** The bytes of the file that a tokenizer was read from; of a GGUF model the tokenizer alone. */
export function readTokenizerFile(file: string): TokenizerFile {
  if (file.endsWith(".gguf")) {
    const part = tokenizerPart(file);
    if (part.kind === "error") throw new CompilerBug(`${file} was a GGUF file when it was read first`);
    return { name: "tokenizer.gguf", bytes: part.value };
  }
  return { name: file.endsWith(".json") ? "tokenizer.json" : "tokenizer.bin", bytes: readFileSync(file) };
}
