import type { ArrayShape, ModelShape, ScheduleMode } from "../../../backend-hls/index.ts";

type HardwarePrecision = NonNullable<ModelShape["precision"]>;

/** What somebody says about a method, and where. */
interface Published {
  readonly claim: string;
  readonly source: string;
}

/** A row of the survey's table: the standard LLM but for one method. */
export interface Variant {
  /** How rows are named on the command line. */
  readonly key: string;
  readonly name: string;
  /** What differs from the standard LLM. */
  readonly method: string;
  /** The number formats by the name that `--precision` has for them. */
  readonly format: string;
  readonly precision: HardwarePrecision;
  readonly schedule: ScheduleMode;
  /** The array on `ref64`; where it does not fit a device, the explorer takes another one. */
  readonly array: ArrayShape;
  /** `alone`: one request after another, its KV memory reserved in full; `together`: as many as fit, KV in pages. */
  readonly serving: "alone" | "together";
  readonly published?: Published;
}

/** bf16 operands, float32 sums, keys and values in 16 bits. */
const plain16: HardwarePrecision = {
  weights: { kind: "bf16" },
  activations: { kind: "bf16" },
  kvBits: 16,
};

const int8 = (scales: "token" | "static", kvBits: 8 | 16 = 8): HardwarePrecision => ({
  weights: { kind: "int8" },
  activations: { kind: "int8", scales },
  kvBits,
});

/** LLM.int8() with so many outlier columns at the input of every matrix; attention stays in 16 bits, as the method leaves it. */
const outliers = (columns: number): HardwarePrecision => ({
  ...int8("token", 16),
  outliers: {
    threshold: 6,
    columns: { qkv: columns, wo: columns, gateUp: columns, down: columns, head: columns },
  },
});

const llmInt8: Published = {
  claim: "half the memory of 16 bits without loss; up to 175B parameters",
  source: "Dettmers et al., LLM.int8(): 8-bit Matrix Multiplication for Transformers at Scale, NeurIPS 2022",
};
const smoothQuant: Published = {
  claim: "up to 1.56x faster and 2x less memory than FP16",
  source: "Xiao et al., SmoothQuant, ICML 2023",
};
const scaleHls: Published = {
  claim: "768.1x for a GEMM of 4096 against the program without directives",
  source: "Ye et al., ScaleHLS, HPCA 2022 (an estimate of C synthesis)",
};

/**
 * The fastest arrays that fit `ref64` by the area model, for a request of 384 and 64 tokens (`hidalgo explore --objective latency`):
 * bfloat16 leaves room for fewer products and rows of a step than integers.
 */
const arrays = {
  bf16: { pn: 1, pk: 4, pt: 8, pv: 4, ph: 4, rows: 16 },
  int8: { pn: 1, pk: 8, pt: 16, pv: 16, ph: 4, rows: 32 },
  int4: { pn: 1, pk: 16, pt: 16, pv: 16, ph: 4, rows: 32 },
  oneRow: { pn: 1, pk: 4, pt: 1, pv: 4, ph: 1, rows: 1 },
} as const satisfies Readonly<Record<string, ArrayShape>>;

const like = { schedule: "optimized", array: arrays.int8, serving: "alone" } as const;

/** The denominator of all ratios. */
export const standard: Variant = {
  ...like,
  key: "standard",
  name: "standard LLM",
  method: "bf16, kv16, attention of all heads over all positions, one request at a time",
  array: arrays.bf16,
  format: "w16a16",
  precision: plain16,
};

/** The rows, in the order of the table. */
export const variants: readonly Variant[] = [
  standard,
  {
    ...like,
    key: "sequential",
    name: "HLS, sequential",
    method: "one operation after another, nothing pipelined, one row a step",
    format: "w16a16",
    precision: plain16,
    schedule: "sequential",
    array: arrays.oneRow,
    published: scaleHls,
  },
  {
    ...like,
    key: "pipelined",
    name: "HLS, pipelined",
    method: "innermost loops pipelined, one row a step",
    format: "w16a16",
    precision: plain16,
    schedule: "pipelined",
    array: arrays.oneRow,
    published: scaleHls,
  },
  {
    ...like,
    key: "w8a8",
    format: "w8a8",
    name: "W8A8",
    method: "plain int8: a scale per channel and per token, kv8",
    precision: int8("token"),
    published: {
      claim: "up to 5.19x (BERT) and 4.16x (GPT-3 style) against FP16",
      source: "Yao et al., ZeroQuant, NeurIPS 2022",
    },
  },
  {
    ...like,
    key: "smoothquant-o1",
    format: "smoothquant-o1",
    name: "SmoothQuant O1",
    method: "int8, activations scaled per token, kv8; scales migrated into norms and weights",
    precision: int8("token"),
    published: smoothQuant,
  },
  {
    ...like,
    key: "smoothquant-o3",
    format: "smoothquant-o3",
    name: "SmoothQuant O3",
    method: "int8, activations scaled statically, kv8",
    precision: int8("static"),
    published: smoothQuant,
  },
  ...[0, 1, 6].map((columns) => ({
    ...like,
    key: `llm.int8-${String(columns)}`,
    format: "llm.int8",
    name: `LLM.int8(), ${String(columns)} outlier column${columns === 1 ? "" : "s"}`,
    method:
      "int8 with a scale per channel and per token, outlier columns in bf16; attention, which the method leaves alone, in 16 bits (kv16), so KV memory is that of the standard LLM",
    precision: outliers(columns),
    published: llmInt8,
  })),
  {
    ...like,
    key: "w4a8",
    array: arrays.int4,
    format: "w4a8",
    name: "W4A8",
    method: "int4 weights in groups of 32, int8 activations per token, kv8, int8 head",
    precision: { ...int8("token"), weights: { kind: "int4", group: 32 } },
    published: {
      claim: "3x less memory than FP16 (W4/W8, A8)",
      source: "Yao et al., ZeroQuant, NeurIPS 2022",
    },
  },
  {
    ...like,
    key: "paged",
    name: "PagedAttention and scheduling",
    method: "the standard LLM's arithmetic; requests share steps, KV in pages of 16 positions",
    format: "w16a16",
    array: arrays.bf16,
    precision: plain16,
    serving: "together",
    published: {
      claim: "2-4x the throughput of FasterTransformer and Orca at the same latency",
      source: "Kwon et al., PagedAttention (vLLM), SOSP 2023",
    },
  },
];
