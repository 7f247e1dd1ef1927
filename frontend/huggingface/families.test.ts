import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { at } from "../../ir/index.ts";
import { forward } from "../executor/decoder.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
import { createIntegerDecoder } from "../executor/integer-decoder.ts";
import { loadModel } from "../load-model.ts";
import { quantizeModel } from "../quantize/quantize-model.ts";
import { unwrap } from "../testing/codes.ts";
import { fableFolder } from "../testing/models.ts";
import { type PlainTensors, plainLogits } from "../testing/plain-transformer.ts";
import { seededFloats, temporaryFolder } from "../testing/tiny-model.ts";
import { floatTensor, writeSafetensors } from "../testing/write-safetensors.ts";

/** The sizes that all families here have: none is a multiple of 8 but the vocabulary, which fits fable's tokenizer. */
const sizes = {
  hidden_size: 20,
  intermediate_size: 27,
  num_hidden_layers: 3,
  num_attention_heads: 6,
  num_key_value_heads: 2,
  head_dim: 10,
  vocab_size: 768,
  max_position_embeddings: 64,
  rms_norm_eps: 1e-6,
  rope_theta: 1000,
};
const { hidden_size: hidden, intermediate_size: ffn, head_dim: d, vocab_size: vocab } = sizes;
const [queries, keys] = [sizes.num_attention_heads * d, sizes.num_key_value_heads * d];

/** Tensors of a layer in every family, then those of Qwen2 and of Qwen3. */
const plain: readonly (readonly [string, ...number[]])[] = [
  ["input_layernorm.weight", hidden],
  ["self_attn.q_proj.weight", queries, hidden],
  ["self_attn.k_proj.weight", keys, hidden],
  ["self_attn.v_proj.weight", keys, hidden],
  ["self_attn.o_proj.weight", hidden, queries],
  ["post_attention_layernorm.weight", hidden],
  ["mlp.gate_proj.weight", ffn, hidden],
  ["mlp.up_proj.weight", ffn, hidden],
  ["mlp.down_proj.weight", hidden, ffn],
];
const biases = [
  ["self_attn.q_proj.bias", queries],
  ["self_attn.k_proj.bias", keys],
  ["self_attn.v_proj.bias", keys],
] as const;
const norms = [
  ["self_attn.q_norm.weight", d],
  ["self_attn.k_norm.weight", d],
] as const;

function makeTensors(layer: readonly (readonly [string, ...number[]])[], tied: boolean): PlainTensors {
  const list: (readonly [string, ...number[]])[] = [
    ["model.embed_tokens.weight", vocab, hidden],
    ...[0, 1, 2].flatMap((index) =>
      layer.map(([name, ...shape]) => [`model.layers.${String(index)}.${name}`, ...shape] as const),
    ),
    ["model.norm.weight", hidden],
    ...(tied ? [] : [["lm_head.weight", vocab, hidden] as const]),
  ];
  return new Map(
    list.map(([name, ...shape], seed) => {
      const count = shape.reduce((product, extent) => product * extent, 1);
      return [name, { shape, values: [...seededFloats(count, seed + 1)] }];
    }),
  );
}

const llama3 = {
  rope_type: "llama3",
  factor: 4,
  low_freq_factor: 1,
  high_freq_factor: 3,
  original_max_position_embeddings: 32,
};
const speeds = Array.from({ length: d / 2 }, (_, j) => 1000 ** ((-2 * j) / d));
/** Wavelengths 6.3, 25, 100 … of an original context of 32: shorter than 32/3, in between, longer than 32. */
const mixed = (32 / ((2 * Math.PI) / at(speeds, 1)) - 1) / 2;
const llama3Speeds = speeds.map((speed, j) =>
  j === 0 ? speed : j === 1 ? ((1 - mixed) * speed) / 4 + mixed * speed : speed / 4,
);
const sliding = ["sliding_attention", "full_attention", "sliding_attention"];
const none = [undefined, undefined, undefined];

interface Family {
  readonly name: string;
  readonly config: object;
  readonly tensors: PlainTensors;
  readonly windows?: readonly (number | undefined)[];
  readonly inv_freq?: readonly number[];
}
const families: readonly Family[] = [
  { name: "llama", config: { architectures: ["LlamaForCausalLM"] }, tensors: makeTensors(plain, false) },
  {
    name: "llama 3.1",
    config: { model_type: "llama", rope_scaling: llama3, tie_word_embeddings: true },
    tensors: makeTensors(plain, true),
    inv_freq: llama3Speeds,
  },
  {
    name: "mistral",
    config: { architectures: ["MistralForCausalLM"], sliding_window: 5 },
    tensors: makeTensors(plain, false),
    windows: [5, 5, 5],
  },
  {
    name: "qwen2, its window from the third layer on",
    config: {
      architectures: ["Qwen2ForCausalLM"],
      use_sliding_window: true,
      sliding_window: 4,
      max_window_layers: 2,
      tie_word_embeddings: true,
    },
    tensors: makeTensors([...plain, ...biases], true),
    windows: [undefined, undefined, 4],
  },
  {
    name: "qwen3, windows by layer_types",
    config: { model_type: "qwen3", use_sliding_window: true, sliding_window: 3, layer_types: sliding },
    tensors: makeTensors([...plain, ...norms], false),
    windows: [3, undefined, 3],
  },
  {
    name: "qwen3 with a linear factor",
    config: { architectures: ["Qwen3ForCausalLM"], rope_scaling: { type: "linear", factor: 2 } },
    tensors: makeTensors([...plain, ...norms], false),
    inv_freq: speeds.map((speed) => speed / 2),
  },
];

function writeFolder({ config, tensors }: Family): string {
  const written = [...tensors].map(([name, { shape, values }]) =>
    floatTensor(name, shape, Float32Array.from(values)),
  );
  const folder = temporaryFolder({
    "config.json": JSON.stringify({ ...sizes, ...config }),
    "model.safetensors": writeSafetensors(written),
  });
  copyFileSync(join(fableFolder, "tokenizer.json"), join(folder, "tokenizer.json"));
  return folder;
}

const rms = (values: readonly number[]): number =>
  Math.sqrt(values.reduce((total, x) => total + x * x, 0) / values.length);

test.each(families)("$name: a folder becomes the model that its files describe", (family) => {
  const { checkpoint, tokenizer } = unwrap(loadModel(writeFolder(family)));
  expect(tokenizer.kind).toBe("present");
  const ids = Array.from({ length: 12 }, (_, i) => (i * 131 + 5) % vocab);
  const config = {
    ...sizes,
    tie_word_embeddings: !family.tensors.has("lm_head.weight"),
    windows: family.windows ?? none,
    inv_freq: family.inv_freq ?? speeds,
  };
  const wanted = plainLogits(config, family.tensors, ids);
  const found = forward(createFloatDecoder(checkpoint), ids);
  const integer = forward(createIntegerDecoder(quantizeModel(checkpoint)), ids);
  const errors = (rows: readonly Float32Array[]) =>
    wanted.map((logits, t) => rms(logits.map((x, n) => x - (rows[t]?.[n] ?? 0))) / rms(logits));
  expect(Math.max(...errors(found))).toBeLessThan(2e-5);
  expect(rms(errors(integer))).toBeLessThan(0.1); // int8; a part that is left out gives about 1
});
