import { z } from "zod";
import { kvBits, precisionName } from "../options/precision-options.ts";
import { schedule } from "../options/words.ts";
import { clockSchema, designSchema, modelSchema } from "./design.ts";
import { count, sha256 } from "./quantities.ts";

/** A path inside the build folder: a manifest stays true wherever the folder goes. */
export const relativePath = z
  .string()
  .regex(/^(?![/\\])(?!.*(^|\/)\.\.(\/|$))[^\\:]+$/u, "expected a path inside the build folder");

const field = z.strictObject({ name: z.string(), lsb: count, bits: count });

const register = z.strictObject({
  name: z.string(),
  offset: count,
  access: z.enum(["rw", "ro", "wo"]),
  fields: z.array(field),
});

const memoryRegion = z.looseObject({
  name: z.string(),
  base: count,
  bytes: count,
  /** The bytes to load there; null for a region that starts empty. */
  file: relativePath.nullable(),
  sha256: sha256.nullable(),
  /** CRC-32 (IEEE 802.3) of the file, which the register `weights_id` notes; null without a file. */
  crc32: count.nullable(),
  layout: z.unknown(),
});

/** A register, and what a host writes to it. */
const startWord = z.strictObject({
  register: z.string(),
  value: z.discriminatedUnion("kind", [
    z.strictObject({ kind: z.enum(["rows", "emitted", "logit_rows"]) }),
    /** An offset into the accelerator's memory: the memory's own address is added to it. */
    z.strictObject({ kind: z.literal("address"), offset: count }),
    z.strictObject({ kind: z.literal("constant"), value: count }),
  ]),
});

const recordField = z.strictObject({ name: z.string(), offset_bits: count, bits: count });

const signal = z.strictObject({ name: z.string(), direction: z.enum(["in", "out"]), bits: count });

/** The identity of hardware: 16 hexadecimal digits. */
export const designId = z.string().regex(/^[0-9a-f]{16}$/u);

/** What a host has to know of the model to drive it. */
const modelShape = modelSchema.extend({
  hidden: count,
  layers: count,
  heads: count,
  kv_heads: count,
  head_dim: count,
  ffn: count,
  vocab: count,
  window: count.nullable(),
  /** Layers without that window; absent: none. */
  full_layers: z.array(count).optional(),
  /** Whether queries, keys and values have a bias, and whether heads are normalized; absent: not. */
  qkv_bias: z.boolean().optional(),
  qk_norm: z.boolean().optional(),
  bos_id: count.nullable(),
  eos_ids: z.array(count),
});

const manifestDesign = designSchema.extend({
  /** What the register `design_id` says: 64 bits. */
  id: designId,
  device: z.string(),
  clock: clockSchema,
  precision: precisionName,
  kv_bits: kvBits,
  /** The options of the precision's method; absent: its defaults. */
  method: z
    .strictObject({
      alpha: z.union([z.number(), z.enum(["architecture", "auto"])]).optional(),
      threshold: z.number().optional(),
      rounding: z.enum(["nearest", "gptq", "awq"]).optional(),
    })
    .optional(),
  schedule,
  max_context: count,
  /** Blocks of the KV memory, the null block included. */
  kv_blocks: count,
  /** Accelerators that share the model, all of this hardware, each with a part of the weights; absent: one has all of it. */
  accelerators: count.optional(),
  /** What an emitting row can give: so many candidates, and whether all logits. */
  outputs: z.strictObject({ candidates: count, logits: z.boolean() }),
  /** Of the device file: what a run's energy is computed from. */
  energy: z.strictObject({
    static_w: z.number(),
    pj_mac8: z.number(),
    pj_mac16: z.number(),
    pj_sram_byte: z.number(),
    pj_dram_byte: z.number(),
  }),
});

/** `hidalgo.manifest/1`: what a host, a board flow and `simulate` read of a build folder. */
export const manifestSchema = z.strictObject({
  schema: z.literal("hidalgo.manifest/1"),
  top: z.string(),
  model: modelShape,
  rtl: z.array(z.strictObject({ path: relativePath, sha256 })),
  ports: z.strictObject({
    clock: z.literal("ap_clk"),
    reset: z.literal("ap_rst_n"),
    axi: z.array(z.strictObject({ name: z.string(), data_bits: count, addr_bits: count })),
    /** Every port of the top module. */
    signals: z.array(signal),
  }),
  registers: z.array(register),
  error_codes: z.record(z.string(), count),
  /** The engines that access memory, in the order of the numbers that `error_where` gives. */
  engines: z.array(z.string()),
  /** Bytes of all regions: what the board sets apart, at any multiple of 4096. */
  memory_bytes: count,
  memory: z.array(memoryRegion),
  /** What a host writes once behind reset. */
  setup: z.array(startWord),
  /** What a host writes before each step; then it writes 1 to `ap_start`. */
  start_command: z.array(startWord),
  /** The records of region `rows`, one per row of a step, from its first byte on. */
  row_descriptor: z.strictObject({
    bytes: count,
    fields: z.array(recordField.extend({ doc: z.string() })),
    /** Values of the field `emit`. */
    emit: z.record(z.string(), count),
    /** The lowest bit, in `emit`, of the row's place among those that emit: rows that want all logits first. */
    emit_place_lsb: count,
  }),
  /** A row's block table: entry b is the block that holds positions b · block_size and up. */
  table: z.strictObject({ region: z.string(), bytes: count, entry_bits: count }),
  /** What an emitting row gives, at its place: candidates, the best first, each of these fields. */
  output: z.strictObject({
    region: z.string(),
    bytes: count,
    candidates: count,
    fields: z.array(recordField.extend({ type: z.enum(["i32", "f32"]) })),
  }),
  kv_layout: z.array(z.unknown()),
  design: manifestDesign,
  /** Greedy tokens of the integer reference behind a prompt: what hardware has to give. */
  self_test: z.strictObject({ prompt_ids: z.array(count), token_ids: z.array(count) }),
  estimate: z.record(z.string(), z.unknown()),
  /** Tokens of the text that the numbers were made from; absent: the model's own text, or none. */
  calibration_text: z.strictObject({ path: relativePath, sha256 }).optional(),
  /** The copied tokenizer; null for a model without one. */
  tokenizer: relativePath.nullable(),
  versions: z.record(z.string(), z.string()),
});

/** `hidalgo.manifest/1`. */
export type Manifest = z.infer<typeof manifestSchema>;

/** The model as a manifest describes it. */
export type ModelShape = Manifest["model"];
