import { expect, test } from "vitest";
import { codesOf, unwrap } from "../testing/codes.ts";
import { tinyConfig, tinyConfigJson } from "../testing/tiny-model.ts";
import { parseConfig } from "./config.ts";

const parse = (changes: object, generation = {}): ReturnType<typeof parseConfig> =>
  parseConfig("config.json", { ...tinyConfigJson, ...changes }, generation);

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

test.each([
  ["rope_scaling", { rope_scaling: { rope_type: "llama3", factor: 8 } }],
  ["rope_scaling, old spelling", { rope_scaling: { type: "linear", factor: 2 } }],
  ["rope_parameters", { rope_parameters: { rope_type: "yarn" } }],
  ["partial rotation", { partial_rotary_factor: 0.5 }],
  ["another activation", { hidden_act: "gelu" }],
  ["attention biases", { attention_bias: true }],
  ["feed-forward biases", { mlp_bias: true }],
  ["quantized weights", { quantization_config: { bits: 4 } }],
  ["a window in a Llama model", { architectures: ["LlamaForCausalLM"] }],
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
});
