import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { codesOf, unwrap } from "../testing/codes.ts";
import {
  seededFloats,
  temporaryFolder,
  tinyConfig,
  tinyConfigJson,
  tinyFolder,
  tinyTensors,
} from "../testing/tiny-model.ts";
import { floatTensor, type WrittenTensor, writeSafetensors } from "../testing/write-safetensors.ts";
import { readHuggingFaceFolder } from "./read-folder.ts";

const all = tinyTensors(tinyConfig);
const weights = (tensors: readonly WrittenTensor[]): Record<string, Uint8Array> => ({
  "model.safetensors": writeSafetensors(tensors),
});
const codesWith = (files: Record<string, string | Uint8Array>): readonly string[] =>
  codesOf(readHuggingFaceFolder(tinyFolder(files)));

test("weights arrive in the same arrays from f32, f16, bf16 and from shards", () => {
  const plain = unwrap(readHuggingFaceFolder(tinyFolder()));
  expect(plain.config).toEqual(tinyConfig);
  expect(plain.embed).toEqual(seededFloats(80, 1));
  expect(plain.layers[1]?.wDown.length).toBe(96);
  for (const dtype of ["F16", "BF16"] as const) {
    const half = unwrap(readHuggingFaceFolder(tinyFolder(weights(tinyTensors(tinyConfig, dtype)))));
    expect(half.layers).toEqual(plain.layers);
  }
  const names = (list: readonly WrittenTensor[], file: string): object =>
    Object.fromEntries(list.map((t) => [t.name, file]));
  const sharded = unwrap(
    readHuggingFaceFolder(
      temporaryFolder({
        "config.json": JSON.stringify(tinyConfigJson),
        "model.safetensors.index.json": JSON.stringify({
          weight_map: { ...names(all.slice(0, 9), "b.safetensors"), ...names(all.slice(9), "a.safetensors") },
        }),
        "b.safetensors": writeSafetensors(all.slice(0, 9)),
        "a.safetensors": writeSafetensors(all.slice(9)),
      }),
    ),
  );
  expect({ ...sharded, id: "", sha256: "" }).toEqual({ ...plain, id: "", sha256: "" });
  expect(sharded.sha256).toMatch(/^[0-9a-f]{64}$/u);
});

test("a tied head is the embedding itself, and a stored copy of it is ignored", () => {
  const folder = tinyFolder({
    "config.json": JSON.stringify({ ...tinyConfigJson, tie_word_embeddings: true }),
  });
  const model = unwrap(readHuggingFaceFolder(folder));
  expect(model.head).toBe(model.embed);
});

test("the folder or its files cannot be read", () => {
  expect(codesOf(readHuggingFaceFolder("/nowhere/at-all"))).toEqual(["frontend.file-unreadable"]);
  expect(codesWith({ "config.json": "{" })).toEqual(["frontend.json-garbled"]);
  expect(codesWith({ "generation_config.json": '{"eos_token_id": "x"}' })).toEqual([
    "frontend.config-invalid",
  ]);
  const config = { "config.json": JSON.stringify(tinyConfigJson) };
  expect(codesOf(readHuggingFaceFolder(temporaryFolder(config)))).toEqual(["frontend.weights-absent"]);
  expect(codesOf(readHuggingFaceFolder(temporaryFolder({ ...config, "pytorch_model.bin": "" })))).toEqual([
    "frontend.weights-absent",
  ]);
  const folder = temporaryFolder(config);
  mkdirSync(join(folder, "model.safetensors"));
  chmodSync(join(folder, "model.safetensors"), 0o700);
  expect(codesOf(readHuggingFaceFolder(folder))).toEqual(["frontend.file-unreadable"]);
});

test("missing and unknown tensors are counted in one diagnostic", () => {
  expect(codesWith(weights(all.slice(0, -6)))).toEqual(["frontend.tensor-missing"]);
  const bias = floatTensor("model.layers.0.self_attn.q_proj.bias", [2], Float32Array.of(1, 2));
  expect(codesWith(weights([...all, bias]))).toEqual(["frontend.tensor-unknown"]);
  const table = floatTensor("model.layers.0.self_attn.rotary_emb.inv_freq", [1], Float32Array.of(1));
  expect(codesWith(weights([...all, table]))).toEqual([]);
});

test("wrong shapes, element types and values", () => {
  const [embed, ...others] = all;
  if (embed === undefined) throw new Error("no tensors");
  expect(codesWith(weights([{ ...embed, shape: [8, 10] }, ...others]))).toEqual(["frontend.tensor-shape"]);
  expect(codesWith(weights([{ ...embed, dtype: "I32" }, ...others]))).toEqual(["frontend.tensor-type"]);
  const infinite = floatTensor(embed.name, embed.shape, seededFloats(80, 1).fill(Infinity, 5, 6));
  expect(codesWith(weights([infinite, ...others]))).toEqual(["frontend.weight-not-finite"]);
});

test("an index of shards that leads nowhere or out of the folder", () => {
  const withIndex = (index: string): readonly string[] =>
    codesOf(
      readHuggingFaceFolder(
        temporaryFolder({
          "config.json": JSON.stringify(tinyConfigJson),
          "model.safetensors.index.json": index,
        }),
      ),
    );
  expect(withIndex("{}")).toEqual(["frontend.shard-index-invalid"]);
  expect(withIndex('{"weight_map": {}}')).toEqual(["frontend.shard-index-invalid"]);
  expect(withIndex('{"weight_map": {"a": "../secret"}}')).toEqual(["frontend.shard-index-invalid"]);
  expect(withIndex('{"weight_map": {"a": "gone.safetensors"}}')).toEqual(["frontend.file-unreadable"]);
});
