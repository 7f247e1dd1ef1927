import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";

/** config.json of SmolLM2-135M, with as many layers as asked for. */
export function smollm2Config(layers: number): Readonly<Record<string, unknown>> & typeof SIZES {
  return {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    ...SIZES,
    num_hidden_layers: layers,
    max_position_embeddings: 8192,
    rms_norm_eps: 1e-5,
    rope_theta: 100_000,
    hidden_act: "silu",
    tie_word_embeddings: true,
    attention_bias: false,
    bos_token_id: 1,
    eos_token_id: 2,
    torch_dtype: "bfloat16",
  };
}

const SIZES = {
  hidden_size: 576,
  intermediate_size: 1536,
  num_attention_heads: 9,
  num_key_value_heads: 3,
  head_dim: 64,
  vocab_size: 49_152,
} as const;

/** Writes a Hugging Face folder of SmolLM2-135M's shape: random bf16 weights from a fixed seed, a tokenizer of as many tokens. */
export function writeSmollm2(folder: string, layers: number): void {
  writeFileSync(join(folder, "config.json"), JSON.stringify(smollm2Config(layers)));
  writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(randomTokenizer(SIZES.vocab_size)));
  writeTensors(join(folder, "model.safetensors"), tensorShapes(layers));
}

type Shapes = readonly (readonly [name: string, shape: readonly number[]])[];

function tensorShapes(layers: number): Shapes {
  const { hidden_size: hidden, intermediate_size: ffn, head_dim: d, vocab_size: vocab } = SIZES;
  const [queries, keys] = [SIZES.num_attention_heads * d, SIZES.num_key_value_heads * d];
  const layer: Shapes = [
    ["input_layernorm", [hidden]],
    ["self_attn.q_proj", [queries, hidden]],
    ["self_attn.k_proj", [keys, hidden]],
    ["self_attn.v_proj", [keys, hidden]],
    ["self_attn.o_proj", [hidden, queries]],
    ["post_attention_layernorm", [hidden]],
    ["mlp.gate_proj", [ffn, hidden]],
    ["mlp.up_proj", [ffn, hidden]],
    ["mlp.down_proj", [hidden, ffn]],
  ];
  const numbered = Array.from({ length: layers }, (_, index) =>
    layer.map(([name, shape]) => [`model.layers.${String(index)}.${name}.weight`, shape] as const),
  );
  return [
    ["model.embed_tokens.weight", [vocab, hidden]],
    ...numbered.flat(),
    ["model.norm.weight", [hidden]],
  ];
}

/** Elements that are in memory at a time. */
const CHUNK = 1 << 20;

/** Matrices get numbers around zero, gains numbers around one. */
function writeTensors(path: string, shapes: Shapes): void {
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
  const random = randomWords(135);
  for (const [, shape] of shapes) {
    for (let left = countOf(shape); left > 0; left -= CHUNK)
      writeSync(file, randomHalves(random, Math.min(left, CHUNK), shape.length === 1));
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
