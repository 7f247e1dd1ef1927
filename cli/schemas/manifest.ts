import { z } from "zod";
import { kvBits, precision, schedule } from "../options/words.ts";
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
  access: z.enum(["rw", "ro"]),
  fields: z.array(field),
});

const memoryRegion = z.looseObject({
  name: z.string(),
  base: count,
  bytes: count,
  /** The bytes to load there; null for a region that starts empty. */
  file: relativePath.nullable(),
  sha256: sha256.nullable(),
  layout: z.unknown(),
});

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
  bos_id: count.nullable(),
  eos_ids: z.array(count),
});

const manifestDesign = designSchema.extend({
  device: z.string(),
  clock: clockSchema,
  precision,
  kv_bits: kvBits,
  schedule,
  max_context: count,
  /** Blocks of the KV memory, the null block included. */
  kv_blocks: count,
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
  }),
  registers: z.array(register),
  error_codes: z.record(z.string(), count),
  memory: z.array(memoryRegion),
  row_descriptor: z.strictObject({
    bytes: count,
    fields: z.array(z.strictObject({ name: z.string(), offset_bits: count, bits: count })),
  }),
  kv_layout: z.array(z.unknown()),
  design: manifestDesign,
  estimate: z.record(z.string(), z.unknown()),
  /** The copied tokenizer; null for a model without one. */
  tokenizer: relativePath.nullable(),
  versions: z.record(z.string(), z.string()),
});

/** `hidalgo.manifest/1`. */
export type Manifest = z.infer<typeof manifestSchema>;

/** The model as a manifest describes it. */
export type ModelShape = Manifest["model"];
