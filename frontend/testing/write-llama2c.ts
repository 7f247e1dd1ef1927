import type { ModelConfig } from "../checkpoint.ts";
import { seededFloats } from "./tiny-model.ts";

/** A llama2.c checkpoint of version 0 with seeded weights; the rotary tables are zeros. */
export function writeLlama2c(config: ModelConfig): Uint8Array {
  const { hidden, ffn, layers, heads, kvHeads, headDim, vocab, maxContext, tied } = config;
  const header = Int32Array.of(hidden, ffn, layers, heads, kvHeads, tied ? vocab : -vocab, maxContext);
  const kv = kvHeads * headDim * hidden;
  const stacks = [
    hidden,
    hidden * hidden,
    kv,
    kv,
    hidden * hidden,
    hidden,
    ffn * hidden,
    ffn * hidden,
    ffn * hidden,
  ];
  const counts = [vocab * hidden, ...stacks.map((count) => layers * count), hidden];
  const parts = counts.map((count, i) => seededFloats(count, i + 1));
  const tables = new Float32Array(maxContext * headDim);
  const classifier = tied ? [] : [seededFloats(vocab * hidden, 99)];
  const blocks = [header, ...parts, tables, ...classifier];
  return new Uint8Array(Buffer.concat(blocks.map((block) => new Uint8Array(block.buffer))));
}

/** A tokenizer.bin with these tokens. */
export function writeTokenizerBin(
  pieces: readonly { readonly bytes: string; readonly score: number }[],
): Uint8Array {
  const blocks = pieces.map(({ bytes, score }) => {
    const head = Buffer.alloc(8);
    head.writeFloatLE(score);
    head.writeUInt32LE(bytes.length, 4);
    return Buffer.concat([head, Buffer.from(bytes, "latin1")]);
  });
  return new Uint8Array(Buffer.concat([Buffer.alloc(4), ...blocks]));
}

/** The 259 tokens that every llama2.c tokenizer begins with, then the given ones with falling scores. */
export function llama2cPieces(
  ...more: readonly string[]
): readonly { readonly bytes: string; readonly score: number }[] {
  const byteTokens = Array.from(
    { length: 256 },
    (_, i) => `<0x${i.toString(16).toUpperCase().padStart(2, "0")}>`,
  );
  const first = ["<unk>", "\n<s>\n", "\n</s>\n", ...byteTokens].map((bytes) => ({ bytes, score: 0 }));
  return [...first, ...more.map((bytes, i) => ({ bytes, score: -i }))];
}
