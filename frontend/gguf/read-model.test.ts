import { expect, test } from "vitest";
import type { ModelConfig } from "../checkpoint.ts";
import { decodeGreedily } from "../executor/decoder.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
import { memorySource } from "../files/byte-source.ts";
import { codesOf, unwrap } from "../testing/codes.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { readGgufModel } from "./read-model.ts";
import type { GgufTypeName } from "./tensor-types.ts";
import { fable, fableGguf } from "./testing/fable-gguf.ts";
import { widenCheckpoint } from "./testing/widen-checkpoint.ts";
import { writeCheckpoint } from "./testing/write-checkpoint.ts";
import { u32, type WrittenValue } from "./testing/write-gguf.ts";

const read = (bytes: Uint8Array): ReturnType<typeof readGgufModel> =>
  readGgufModel(memorySource("folder/fable.gguf", bytes));
const prompt = [0, 392, 391, 260, 373]; // "Once upon a time"

test("the bundled model in F32 is the same model, bit for bit", () => {
  const { checkpoint, stored } = unwrap(read(fableGguf("F32")));
  const { id, config, layers, embed, head, finalNorm } = fable();
  expect(checkpoint.config).toEqual({ ...config, normEps: Math.fround(1e-5) });
  expect(checkpoint.id).toBe(id);
  expect([checkpoint.embed, checkpoint.finalNorm, checkpoint.layers]).toEqual([embed, finalNorm, layers]);
  expect(checkpoint.head).toBe(checkpoint.embed);
  expect(head).toBe(embed);
  expect(stored.map(({ type, tensors }) => [type, tensors])).toEqual([["F32", 38]]);
});

test.each<[GgufTypeName, number]>([
  ["F16", 3e-4],
  ["BF16", 3e-3],
  ["Q8_0", 6e-3],
  ["Q4_0", 0.13],
  ["Q6_K", 0.02],
  ["Q4_K", 0.1],
])("in %s the weights err by at most %f (root mean square) and the story begins alike", (type, most) => {
  const { checkpoint, stored } = unwrap(read(fableGguf(type)));
  const exact = type.endsWith("_K") ? widenCheckpoint(fable()) : fable();
  expect(stored[0]).toMatchObject({ type, tensors: 29 });
  const squares = { error: 0, all: 0 };
  for (const [i, value] of exact.embed.entries()) {
    squares.error += ((checkpoint.embed[i] ?? 0) - value) ** 2;
    squares.all += value ** 2;
  }
  expect(Math.sqrt(squares.error / squares.all)).toBeLessThan(most);
  const told = decodeGreedily(createFloatDecoder(checkpoint), prompt, 12);
  expect(told).toEqual(decodeGreedily(createFloatDecoder(fable()), prompt, 12));
});

/** What a model of this configuration becomes by writing and reading. */
const passed = (config: ModelConfig, metadata?: ReadonlyMap<string, WrittenValue>): ReturnType<typeof read> =>
  read(writeCheckpoint(tinyCheckpoint(config), { type: "F32", ...(metadata && { metadata }) }));

test.each<[string, Partial<ModelConfig>]>([
  ["llama, untied", { architecture: "llama", window: undefined }],
  ["mistral with a window", {}],
  [
    "qwen2: biases, no permuted rows",
    { architecture: "qwen2", window: undefined, qkvBias: true, headDim: 4 },
  ],
  ["qwen3: head norms", { architecture: "qwen3", window: undefined, qkNorm: true, headDim: 4, tied: true }],
  ["llama with biases", { architecture: "llama", window: undefined, qkvBias: true, headDim: 4 }],
  ["linear scaling", { ropeScaling: { kind: "linear", factor: 4 } }],
  ["Llama 3.1's scaling", { ropeScaling: { kind: "factors", factors: [1, 8] }, headDim: 4 }],
])("%s: what is written is what is read", (_, change) => {
  const config: ModelConfig = { ...tinyConfig, normEps: 2 ** -17, ...change };
  const exact = tinyCheckpoint(config);
  const { checkpoint } = unwrap(passed(config));
  expect(checkpoint.config).toEqual(config);
  expect([checkpoint.layers, checkpoint.embed, checkpoint.head]).toEqual([
    exact.layers,
    exact.embed,
    exact.head,
  ]);
});

test("windows of some layers, as a list or a number", () => {
  const layers = { ...tinyConfig, layers: 4, normEps: 2 ** -17 };
  const pattern = (value: WrittenValue): ModelConfig =>
    unwrap(passed(layers, new Map([["llama.attention.sliding_window_pattern", value]]))).checkpoint.config;
  expect(pattern({ type: "bools", value: [true, false, true, false] }).fullLayers).toEqual([1, 3]);
  expect(pattern(u32(4)).fullLayers).toEqual([3]);
  expect(pattern(u32(0))).toMatchObject({ window: 3, fullLayers: [] });
  expect(pattern(u32(1))).toMatchObject({ window: undefined, fullLayers: [], architecture: "llama" });
});

const text = (value: string): WrittenValue => ({ type: "string", value });

test.each<[string, string, WrittenValue, string]>([
  ["an architecture that is not read", "general.architecture", text("gemma2"), "frontend.gguf-unsupported"],
  ["a part of a model", "split.count", u32(3), "frontend.gguf-unsupported"],
  ["an adapter", "general.type", text("adapter"), "frontend.gguf-unsupported"],
  ["experts", "llama.expert_count", u32(8), "frontend.gguf-unsupported"],
  ["a text for a size", "llama.embedding_length", text("8"), "frontend.gguf-key"],
  ["no layers", "llama.block_count", u32(0), "frontend.gguf-key"],
  ["heads that do not share evenly", "llama.attention.head_count_kv", u32(3), "frontend.gguf-key"],
  ["values of another width", "llama.attention.value_length", u32(4), "frontend.gguf-key"],
  ["a part of the head that turns", "llama.rope.dimension_count", u32(1), "frontend.gguf-key"],
  ["scaling by length", "llama.rope.scaling.type", text("yarn"), "frontend.gguf-key"],
  ["a vocabulary of another size", "llama.vocab_size", u32(11), "frontend.gguf-key"],
  ["a start token beyond it", "tokenizer.ggml.bos_token_id", u32(10), "frontend.gguf-key"],
  ["a feed-forward of another width", "llama.feed_forward_length", u32(13), "frontend.gguf-tensors"],
  ["a layer that is not there", "llama.block_count", u32(3), "frontend.gguf-tensors"],
  ["a layer too many", "llama.block_count", u32(1), "frontend.gguf-tensors"],
])("%s is refused", (_, key, value, code) => {
  expect(codesOf(passed(tinyConfig, new Map([[key, value]])))[0]).toBe(code);
});

test("head counts per layer count when they agree", () => {
  const counts = (value: readonly number[]): ReturnType<typeof read> =>
    passed(tinyConfig, new Map([["llama.attention.head_count_kv", { type: "i32s", value }]]));
  expect(unwrap(counts([2, 2])).checkpoint.config.kvHeads).toBe(2);
  expect(codesOf(counts([2, 4]))).toEqual(["frontend.gguf-key"]);
});

test("divisors of speeds that are none", () => {
  const ropeScaling = { kind: "factors", factors: [0] } as const;
  expect(codesOf(passed({ ...tinyConfig, ropeScaling }))).toEqual(["frontend.gguf-key"]);
});

test("weights that are not numbers are refused", () => {
  const broken = tinyCheckpoint(tinyConfig);
  broken.embed[3] = Number.NaN;
  expect(codesOf(read(writeCheckpoint(broken, { type: "F32" })))).toEqual(["frontend.weight-not-finite"]);
});
