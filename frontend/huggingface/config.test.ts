import { expect, test } from "vitest";
import { codesOf, unwrap } from "../testing/codes.ts";
import { tinyConfig, tinyConfigJson } from "../testing/tiny-model.ts";
import { parseConfig } from "./config.ts";

const parse = (changes: object, generation = {}): ReturnType<typeof parseConfig> =>
  parseConfig("config.json", { ...tinyConfigJson, ...changes }, generation);

const qwen2 = { architectures: ["Qwen2ForCausalLM"], num_hidden_layers: 4 };
const qwen3 = { architectures: ["Qwen3ForCausalLM"], head_dim: 2 };

test("a plain configuration", () => {
  expect(unwrap(parse({}))).toEqual(tinyConfig);
});

test("what a file leaves out has the value that transformers gives it", () => {
  const without = {
    sliding_window: undefined,
    num_key_value_heads: undefined,
    num_attention_heads: 8,
    hidden_size: 16,
  };
  expect(unwrap(parse(without))).toMatchObject({ window: 4096, kvHeads: 8, headDim: 2 });
  const llama = { architectures: ["LlamaForCausalLM"] };
  expect(unwrap(parse({ ...llama, ...without }))).toMatchObject({
    architecture: "llama",
    window: undefined,
    kvHeads: 8,
  });
  expect(unwrap(parse({ sliding_window: null })).window).toBeUndefined();
  expect(unwrap(parse({ num_key_value_heads: null })).kvHeads).toBe(4);
  expect(unwrap(parse({ head_dim: 6 })).headDim).toBe(6);
  expect(unwrap(parse({ bos_token_id: undefined, eos_token_id: null }))).toMatchObject({
    bosId: undefined,
    eosIds: [],
  });
});

test("generation_config.json decides which tokens end a sequence", () => {
  expect(unwrap(parse({}, { eos_token_id: [2, 3] })).eosIds).toEqual([2, 3]);
});

test("the base of rotary positions in its old and its new place", () => {
  expect(unwrap(parse({ rope_theta: 500000 })).ropeTheta).toBe(500000);
  expect(unwrap(parse({ rope_parameters: { rope_type: "default", rope_theta: 1e6 } })).ropeTheta).toBe(1e6);
});

test("the family decides which parts a layer has; without a class, model_type names it", () => {
  expect(unwrap(parse(qwen2))).toMatchObject({ architecture: "qwen2", qkvBias: true, qkNorm: false });
  expect(unwrap(parse(qwen3))).toMatchObject({ architecture: "qwen3", qkvBias: false, qkNorm: true });
  expect(unwrap(parse({ ...qwen3, head_dim: undefined })).headDim).toBe(128);
  expect(unwrap(parse({ ...qwen3, head_dim: null })).headDim).toBe(2);
  expect(unwrap(parse({ architectures: undefined, model_type: "qwen2" })).architecture).toBe("qwen2");
  expect(unwrap(parse({ ...qwen2, attention_bias: true })).qkvBias).toBe(true);
});

test("which layers have a window", () => {
  const windows = (changes: object) => {
    const { window, fullLayers } = unwrap(parse(changes));
    return { window, fullLayers };
  };
  const none = { window: undefined, fullLayers: [] };
  expect(windows(qwen2)).toEqual(none);
  expect(windows({ ...qwen2, use_sliding_window: false, max_window_layers: 0 })).toEqual(none);
  const asked = { ...qwen2, use_sliding_window: true };
  expect(windows(asked)).toEqual(none); // its 28 layers without window are more than it has
  expect(windows({ ...asked, max_window_layers: 3 })).toEqual({ window: 3, fullLayers: [0, 1, 2] });
  expect(windows({ ...asked, max_window_layers: 0, sliding_window: undefined }).window).toBe(4096);
  expect(windows({ ...asked, max_window_layers: 0, sliding_window: null })).toEqual(none);
  const layer_types = ["sliding_attention", "full_attention", "sliding_attention", "full_attention"];
  expect(windows({ ...asked, layer_types })).toEqual({ window: 3, fullLayers: [1, 3] });
  expect(windows({ num_hidden_layers: 4, layer_types })).toEqual({ window: 3, fullLayers: [1, 3] });
  expect(windows({ layer_types: ["full_attention", "full_attention"] })).toEqual(none);
  expect(
    windows({
      architectures: ["LlamaForCausalLM"],
      sliding_window: null,
      layer_types: ["full_attention", "full_attention"],
    }),
  ).toEqual(none);
});

test("scaled rotary positions", () => {
  const scaling = (changes: object) => unwrap(parse(changes)).ropeScaling;
  const linear = { kind: "linear", factor: 2 };
  expect(scaling({})).toEqual({ kind: "none" });
  expect(scaling({ rope_scaling: { type: "linear", factor: 2 } })).toEqual(linear);
  expect(scaling({ rope_parameters: { rope_type: "linear", factor: 2 } })).toEqual(linear);
  const llama3 = {
    rope_type: "llama3",
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 8192,
  };
  const found = { kind: "llama3", factor: 8, lowTurns: 1, highTurns: 4, context: 8192 };
  expect(scaling({ rope_scaling: llama3 })).toEqual(found);
  expect(codesOf(parse({ rope_scaling: { ...llama3, factor: undefined } }))).toEqual([
    "frontend.config-invalid",
  ]);
  expect(codesOf(parse({ rope_scaling: { type: "linear" } }))).toEqual(["frontend.config-invalid"]);
  expect(codesOf(parse({ rope_scaling: { ...llama3, low_freq_factor: 4 } }))).toEqual([
    "frontend.feature-unsupported",
  ]);
});

test.each([
  ["rope_scaling", { rope_scaling: { rope_type: "longrope", factor: 8 } }],
  ["rope_scaling, old spelling", { rope_scaling: { type: "dynamic", factor: 2 } }],
  ["rope_parameters", { rope_parameters: { rope_type: "yarn" } }],
  ["rotary positions that differ from layer to layer", { rope_parameters: { sliding_attention: {} } }],
  ["partial rotation", { partial_rotary_factor: 0.5 }],
  ["partial rotation in its new place", { rope_parameters: { partial_rotary_factor: 0.25 } }],
  ["another activation", { hidden_act: "gelu" }],
  ["attention biases", { attention_bias: true }],
  ["feed-forward biases", { mlp_bias: true }],
  ["quantized weights", { quantization_config: { bits: 4 } }],
  ["a window in a Llama model", { architectures: ["LlamaForCausalLM"] }],
  ["a third kind of layer", { layer_types: ["full_attention", "chunked_attention"] }],
  [
    "windowed layers in a Llama model",
    {
      architectures: ["LlamaForCausalLM"],
      sliding_window: null,
      layer_types: ["full_attention", "sliding_attention"],
    },
  ],
  ["biases of all four matrices in a Qwen3 model", { ...qwen3, attention_bias: true }],
])("%s: unsupported, said so", (_, changes) => {
  const result = parse({ ...changes });
  expect(codesOf(result)).toEqual(["frontend.feature-unsupported"]);
  expect(result.kind === "error" && result.diagnostics[0]?.severity).toBe("unsupported");
});

test("other architectures", () => {
  expect(codesOf(parse({ architectures: ["GPT2LMHeadModel"] }))).toEqual([
    "frontend.architecture-unsupported",
  ]);
  expect(codesOf(parse({ architectures: undefined }))).toEqual(["frontend.config-invalid"]);
});

test("every wrong field is reported", () => {
  const result = parse({ hidden_size: "many", vocab_size: undefined, num_hidden_layers: 0 });
  expect(codesOf(result)).toEqual(Array(3).fill("frontend.config-invalid"));
  expect(codesOf(parseConfig("config.json", [], {}))).toEqual(["frontend.config-invalid"]);
});

test("fields that contradict one another", () => {
  const code = "frontend.config-inconsistent";
  expect(codesOf(parse({ num_key_value_heads: 3 }))).toEqual([code]);
  expect(codesOf(parse({ head_dim: 3 }))).toEqual([code]);
  expect(codesOf(parse({ eos_token_id: 10 }))).toEqual([code]);
  expect(codesOf(parse({ layer_types: ["full_attention"] }))).toEqual([code]);
});
