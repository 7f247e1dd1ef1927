import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { Checkpoint, LayerWeights, ModelConfig } from "../checkpoint.ts";
import { listTensors, planTensors } from "../huggingface/tensor-plan.ts";
import { floatTensor, type WrittenTensor, writeSafetensors } from "./write-safetensors.ts";

/** The config.json of a model small enough to write in a test. */
export const tinyConfigJson = {
  architectures: ["MistralForCausalLM"],
  hidden_size: 8,
  intermediate_size: 12,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 10,
  sliding_window: 3,
  max_position_embeddings: 32,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: false,
  bos_token_id: 0,
  eos_token_id: 1,
} as const;

/** What that config.json means. */
export const tinyConfig: ModelConfig = {
  architecture: "mistral",
  hidden: 8,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 2,
  ffn: 12,
  vocab: 10,
  maxContext: 32,
  window: 3,
  fullLayers: [],
  ropeTheta: 10000,
  ropeScaling: { kind: "none" },
  qkvBias: false,
  qkNorm: false,
  normEps: 1e-5,
  tied: false,
  bosId: 0,
  eosIds: [1],
};

/** Multiples of 1/64 between -1 and 1: exact in every element type. */
export function seededFloats(count: number, seed: number): Float32Array {
  let state = seed >>> 0;
  return Float32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return ((state >>> 24) - 128) / 128;
  });
}

/** The tensors of a model with this configuration, under their Hugging Face names. */
export function tinyTensors(
  config: ModelConfig,
  dtype: "F32" | "F16" | "BF16" = "F32",
): readonly WrittenTensor[] {
  return listTensors(planTensors(config)).map(({ name, shape }, i) =>
    floatTensor(
      name,
      shape,
      seededFloats(
        shape.reduce((a, b) => a * b, 1),
        i + 1,
      ),
      dtype,
    ),
  );
}

/** A checkpoint with random weights, without any file. */
export function tinyCheckpoint(config: ModelConfig, seed = 1): Checkpoint {
  const { hidden, heads, kvHeads, headDim, ffn, vocab } = config;
  let next = seed * 1000;
  const floats = (count: number): Float32Array => seededFloats(count, next++);
  const layer = (): LayerWeights => ({
    attnNorm: floats(hidden),
    wq: floats(heads * headDim * hidden),
    wk: floats(kvHeads * headDim * hidden),
    wv: floats(kvHeads * headDim * hidden),
    wo: floats(hidden * heads * headDim),
    ffnNorm: floats(hidden),
    wGate: floats(ffn * hidden),
    wUp: floats(ffn * hidden),
    wDown: floats(hidden * ffn),
    ...(config.qkvBias && {
      bq: floats(heads * headDim),
      bk: floats(kvHeads * headDim),
      bv: floats(kvHeads * headDim),
    }),
    ...(config.qkNorm && { qNorm: floats(headDim), kNorm: floats(headDim) }),
  });
  const embed = floats(vocab * hidden);
  return {
    id: "tiny",
    sha256: "0",
    config,
    layers: Array.from({ length: config.layers }, layer),
    embed,
    finalNorm: floats(hidden),
    head: config.tied ? embed : floats(vocab * hidden),
  };
}

/** A folder with these files, gone when the test ends. */
export function temporaryFolder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const folder = mkdtempSync(join(tmpdir(), "hidalgo-"));
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
  });
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** A complete tiny Hugging Face folder; `files` replaces or adds files. */
export function tinyFolder(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  return temporaryFolder({
    "config.json": JSON.stringify(tinyConfigJson),
    "model.safetensors": writeSafetensors(tinyTensors(tinyConfig)),
    ...files,
  });
}
