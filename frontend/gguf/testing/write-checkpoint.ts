import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Checkpoint, LayerWeights, ModelConfig } from "../../checkpoint.ts";
import { listTensors, type PlannedTensor, planTensors } from "../../huggingface/tensor-plan.ts";
import { ggufName } from "../tensor-names.ts";
import { blockShapes, type GgufTypeName } from "../tensor-types.ts";
import { encodeElements } from "./quantize-blocks.ts";
import { type GgufQuirks, u32, type WrittenGgufTensor, type WrittenValue, writeGguf } from "./write-gguf.ts";

/** How a checkpoint is written. */
export interface CheckpointFormat extends GgufQuirks {
  /** Of the matrices; vectors are F32. A matrix whose rows are no whole blocks is written in `otherwise`. */
  readonly type: GgufTypeName;
  readonly otherwise?: GgufTypeName;
  /** What is added to, or takes the place of, the metadata that the checkpoint gives. */
  readonly metadata?: ReadonlyMap<string, WrittenValue>;
}

/** A checkpoint as llama.cpp's converter writes it. */
export function writeCheckpoint(checkpoint: Checkpoint, format: CheckpointFormat): Uint8Array {
  const { config } = checkpoint;
  const metadata = new Map([...describeConfig(config), ...(format.metadata ?? [])]);
  return writeGguf(metadata, listWritten(checkpoint, format), format);
}

/** Names of architectures in files: Mistral models are written as llama. */
const prefixes: Readonly<Record<ModelConfig["architecture"], string>> = {
  llama: "llama",
  mistral: "llama",
  qwen2: "qwen2",
  qwen3: "qwen3",
};

/** The keys that describe a configuration. */
function describeConfig(config: ModelConfig): ReadonlyMap<string, WrittenValue> {
  const prefix = prefixes[config.architecture];
  const f32 = (value: number): WrittenValue => ({ type: "f32", value });
  const sizes: readonly (readonly [string, WrittenValue])[] = [
    ["vocab_size", u32(config.vocab)],
    ["context_length", u32(config.maxContext)],
    ["embedding_length", u32(config.hidden)],
    ["block_count", u32(config.layers)],
    ["feed_forward_length", u32(config.ffn)],
    ["attention.head_count", u32(config.heads)],
    ["attention.head_count_kv", u32(config.kvHeads)],
    ["attention.key_length", u32(config.headDim)],
    ["attention.value_length", u32(config.headDim)],
    ["rope.dimension_count", u32(config.headDim)],
    ["attention.layer_norm_rms_epsilon", f32(config.normEps)],
    ["rope.freq_base", f32(config.ropeTheta)],
  ];
  const scaling = config.ropeScaling;
  const optional: readonly (readonly [string, WrittenValue])[] = [
    ...(config.window === undefined ? [] : [["attention.sliding_window", u32(config.window)] as const]),
    ...(scaling.kind === "linear"
      ? [
          ["rope.scaling.type", { type: "string", value: "linear" }] as const,
          ["rope.scaling.factor", f32(scaling.factor)] as const,
        ]
      : []),
  ];
  const special = [["bos", config.bosId] as const, ["eos", config.eosIds[0]] as const];
  return new Map<string, WrittenValue>([
    ["general.architecture", { type: "string", value: prefix }],
    ...[...sizes, ...optional].map(([key, value]) => [`${prefix}.${key}`, value] as const),
    ...special.flatMap(([name, id]) =>
      id === undefined ? [] : [[`tokenizer.ggml.${name}_token_id`, u32(id)] as const],
    ),
  ]);
}

function listWritten(checkpoint: Checkpoint, format: CheckpointFormat): readonly WrittenGgufTensor[] {
  const { config } = checkpoint;
  const { otherwise = "F32" } = format;
  const written = listTensors(planTensors(config)).map(({ name, shape }) => {
    const columns = shape.at(-1) ?? 1;
    const isWhole = columns % blockShapes[format.type].elements === 0;
    const type = shape.length === 1 ? "F32" : isWhole ? format.type : otherwise;
    return { name: ggufName(name), type, shape, bytes: encodeElements(type, valuesOf(checkpoint, name)) };
  });
  const { ropeScaling } = config;
  if (ropeScaling.kind !== "factors") return written;
  const bytes = encodeElements("F32", Float32Array.from(ropeScaling.factors));
  return [...written, { name: "rope_freqs.weight", type: "F32", shape: [ropeScaling.factors.length], bytes }];
}

function valuesOf(checkpoint: Checkpoint, name: string): Float32Array {
  const { config, embed, head, finalNorm } = checkpoint;
  const plan = planTensors(config);
  if (name === plan.embed.name) return embed;
  if (name === plan.finalNorm.name) return finalNorm;
  if (name === plan.head?.name) return head;
  for (const [i, layer] of plan.layers.entries()) {
    const weights = checkpoint.layers[i];
    const field = weights && fieldOf(layer, name);
    if (weights !== undefined && field !== undefined) return asWritten(weights, field, config);
  }
  throw new Error(`no tensor ${name}`);
}

function fieldOf(
  layer: Readonly<Record<string, PlannedTensor | undefined>> | object,
  name: string,
): keyof LayerWeights | undefined {
  const entries = Object.entries(layer) as readonly (readonly [keyof LayerWeights, PlannedTensor])[]; // a plan has these keys
  return entries.find(([, planned]) => planned.name === name)?.[0];
}

/** The converter permutes the rows of queries and keys of llama models, so that the pairs that turn together are neighbours. */
function asWritten(weights: LayerWeights, field: keyof LayerWeights, config: ModelConfig): Float32Array {
  const values = weights[field] ?? new Float32Array();
  const isPermuted = prefixes[config.architecture] === "llama" && ["wq", "wk", "bq", "bk"].includes(field);
  if (!isPermuted) return values;
  const columns = field.startsWith("w") ? config.hidden : 1;
  const half = config.headDim / 2;
  const out = new Float32Array(values.length);
  for (let row = 0; row < values.length / columns; row++) {
    const channel = row % config.headDim;
    const from = row - channel + (channel % 2) * half + Math.floor(channel / 2);
    out.set(values.subarray(from * columns, (from + 1) * columns), row * columns);
  }
  return out;
}

const tokenizerSchema = z.object({
  added_tokens: z.array(z.object({ id: z.number() })),
  model: z.object({
    vocab: z.record(z.string(), z.number()),
    merges: z.array(z.union([z.tuple([z.string(), z.string()]), z.string()])),
  }),
});

/** The metadata of a byte-level tokenizer.json, as `gpt2` with this pre-tokenizer. */
export function describeTokenizer(file: string, pre: string): ReadonlyMap<string, WrittenValue> {
  const json = tokenizerSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  const tokens = Object.entries(json.model.vocab).toSorted(([, a], [, b]) => a - b);
  const special = new Set(json.added_tokens.map(({ id }) => id));
  return new Map<string, WrittenValue>([
    ["tokenizer.ggml.model", { type: "string", value: "gpt2" }],
    ["tokenizer.ggml.pre", { type: "string", value: pre }],
    ["tokenizer.ggml.tokens", { type: "strings", value: tokens.map(([token]) => token) }],
    ["tokenizer.ggml.token_type", { type: "i32s", value: tokens.map(([, id]) => (special.has(id) ? 3 : 1)) }],
    [
      "tokenizer.ggml.merges",
      {
        type: "strings",
        value: json.model.merges.map((merge) => (typeof merge === "string" ? merge : merge.join(" "))),
      },
    ],
    ["tokenizer.ggml.add_bos_token", { type: "bool", value: true }],
  ]);
}
