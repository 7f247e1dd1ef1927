import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** The fields of config.json that decide which tensors there are; others go into the file as they are. */
export interface FolderConfig {
  readonly model_type: "llama" | "mistral" | "qwen2" | "qwen3";
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly head_dim: number;
  readonly vocab_size: number;
  readonly tie_word_embeddings: boolean;
  readonly [field: string]: unknown;
}

/** config.json of SmolLM2-135M, with as many layers as asked for. */
export function smollm2Config(layers: number): FolderConfig {
  return {
    model_type: "llama",
    hidden_size: 576,
    intermediate_size: 1536,
    num_hidden_layers: layers,
    num_attention_heads: 9,
    num_key_value_heads: 3,
    head_dim: 64,
    vocab_size: 49_152,
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-5,
    rope_theta: 100_000,
    tie_word_embeddings: true,
    bos_token_id: 1,
    eos_token_id: 2,
    torch_dtype: "bfloat16",
  };
}

/** Writes config.json and random bf16 weights of a seed. */
export function writeFolder(folder: string, config: FolderConfig, seed: number): void {
  writeFileSync(join(folder, "config.json"), JSON.stringify(config));
  writeTensors(join(folder, "model.safetensors"), tensorShapes(config), seed);
}

/** Adds a byte-level tokenizer.json of as many tokens as the model has. */
export function writeTokenizer(folder: string, { vocab_size: vocab }: FolderConfig): void {
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(randomTokenizer(vocab)));
}

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

function tensorShapes(config: FolderConfig): Shapes {
  const { hidden_size: hidden, vocab_size: vocab, num_hidden_layers: layers } = config;
  const layer = layerShapes(config);
  const numbered = Array.from({ length: layers }, (_, index) =>
    layer.map(([name, shape]) => [`model.layers.${String(index)}.${name}`, shape] as const),
  );
  return [
    ["model.embed_tokens.weight", [vocab, hidden]],
    ...numbered.flat(),
    ["model.norm.weight", [hidden]],
    ...(config.tie_word_embeddings ? [] : [["lm_head.weight", [vocab, hidden]] as const]),
  ];
}

function layerShapes(config: FolderConfig): Shapes {
  const { model_type: type, hidden_size: hidden, intermediate_size: ffn, head_dim: d } = config;
  const [queries, keys] = [config.num_attention_heads * d, config.num_key_value_heads * d];
  const biases: Shapes = [
    ["self_attn.q_proj.bias", [queries]],
    ["self_attn.k_proj.bias", [keys]],
    ["self_attn.v_proj.bias", [keys]],
  ];
  const norms: Shapes = [
    ["self_attn.q_norm.weight", [d]],
    ["self_attn.k_norm.weight", [d]],
  ];
  return [
    ["input_layernorm.weight", [hidden]],
    ["self_attn.q_proj.weight", [queries, hidden]],
    ["self_attn.k_proj.weight", [keys, hidden]],
    ["self_attn.v_proj.weight", [keys, hidden]],
    ["self_attn.o_proj.weight", [hidden, queries]],
    ["post_attention_layernorm.weight", [hidden]],
    ["mlp.gate_proj.weight", [ffn, hidden]],
    ["mlp.up_proj.weight", [ffn, hidden]],
    ["mlp.down_proj.weight", [hidden, ffn]],
    ...(type === "qwen2" ? biases : []),
    ...(type === "qwen3" ? norms : []),
  ];
}

/** Elements that are in memory at a time. */
const CHUNK = 1 << 20;

/** Matrices and biases get numbers around zero, gains numbers around one. */
function writeTensors(path: string, shapes: Shapes, seed: number): void {
  const header: Record<string, unknown> = {};
  let end = 0;
  for (const [name, shape] of shapes) {
    const begin = end;
    end += 2 * countOf(shape);
    header[name] = { dtype: "BF16", shape, data_offsets: [begin, end] };
  }
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  const file = openSync(path, "w");
  writeSync(file, Buffer.concat([length, text]));
  const random = randomWords(seed);
  for (const [name, shape] of shapes) {
    const isGain = shape.length === 1 && name.endsWith(".weight");
    for (let left = countOf(shape); left > 0; left -= CHUNK)
      writeSync(file, randomHalves(random, Math.min(left, CHUNK), isGain));
  }
  closeSync(file);
}

function countOf(shape: readonly number[]): number {
  return shape.reduce((product, extent) => product * extent, 1);
}

/** bf16 numbers: of either sign and 2^-6 to 2^-3 in magnitude, or between 1 and 2. */
function randomHalves(random: () => number, count: number, isGain: boolean): Uint8Array {
  const halves = Uint16Array.from({ length: count }, () => {
    const word = random();
    return isGain ? 0x3f80 | (word & 0x7f) : (word & 0x8000) | (0x3c80 + (word & 0x17f));
  });
  return new Uint8Array(halves.buffer);
}

/** The upper half of the state of Numerical Recipes' linear congruential generator. */
function randomWords(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 16;
  };
}

/** Byte-level BPE with the 256 bytes and merges of earlier tokens, shortest first. */
function randomTokenizer(vocab: number): object {
  const special = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"];
  const bytes = byteSymbols();
  const tokens = [...special, ...bytes];
  const known = new Set(tokens);
  const merges: (readonly [string, string])[] = [];
  const pieces = [...bytes];
  for (let left = 0; tokens.length < vocab; left++) {
    for (const right of bytes.slice(33, 33 + 94)) {
      const [head = ""] = [pieces[left]];
      const merged = head + right;
      if (known.has(merged) || tokens.length === vocab) continue;
      known.add(merged);
      tokens.push(merged);
      pieces.push(merged);
      merges.push([head, right]);
    }
  }
  return {
    version: "1.0",
    added_tokens: special.map((content, id) => ({
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: true,
    })),
    normalizer: null,
    pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: true },
    post_processor: null,
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges,
    },
  };
}

/** The visible characters that byte-level BPE writes bytes with, in the order of the bytes. */
function byteSymbols(): readonly string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isVisible = (byte >= 33 && byte <= 126) || (byte >= 161 && byte !== 173);
    return String.fromCodePoint(isVisible ? byte : next++);
  });
}
