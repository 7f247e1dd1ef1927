import { z } from "zod";
import { modelSchema } from "./design.ts";
import { count } from "./quantities.ts";

const loopCounter = z.strictObject({ name: z.string(), value: z.int() });

/** One level of where an element comes from: which command of which process, at which counters. */
const origin = z.strictObject({
  process: z.string(),
  stream: z.string(),
  element: count,
  command: count,
  loops: z.array(loopCounter),
  /** The write in `ir/4-loops.mlir`. */
  where: z.string(),
});

/** The first place where hardware and reference part. */
const divergence = z.strictObject({
  kind: z.enum(["stream", "memory", "device"]),
  /** Number of the step, from 0. */
  step: count,
  /** Clock cycles since the simulation began; null behind a step. */
  cycle: count.nullable(),
  kernel: z.string().nullable(),
  layer: z.int().nullable(),
  phase: z.int().nullable(),
  /** Of the step, from 0, where the kernel or whoever commands it walks rows. */
  row: z.int().nullable(),
  stream: z.string().nullable(),
  element: count.nullable(),
  /** Hexadecimal bits; null for an element that never came, or that there should not be. */
  expected: z.string().nullable(),
  actual: z.string().nullable(),
  /** The same as values of the stream's type. */
  expected_value: z.string().nullable(),
  actual_value: z.string().nullable(),
  /** The first lane or field that differs. */
  lane: count.nullable(),
  origin: z.array(origin),
  /** Shared arrays that the kernel reads, and who writes them: no queue shows their contents. */
  buffers: z.array(z.strictObject({ name: z.string(), writers: z.array(z.string()) })),
  /** Byte address and region of a difference in memory. */
  address: count.nullable(),
  region: z.string().nullable(),
  message: z.string(),
});

/** `hidalgo.diff/1`: hardware against the interpreter of level 4, queue by queue. */
export const diffSchema = z.strictObject({
  schema: z.literal("hidalgo.diff/1"),
  build: z.string(),
  model: modelSchema,
  engine: z.enum(["embedded", "verilator", "icarus"]),
  memory_model: z.string(),
  equal: z.boolean(),
  steps: count,
  cycles: count,
  streams: count,
  elements_compared: count,
  token_ids: z.array(count),
  divergence: divergence.nullable(),
  /** Streams that part in the cycles behind the first divergence, in their order. */
  followers: z.array(
    z.strictObject({ stream: z.string(), kernel: z.string().nullable(), element: count, cycle: count }),
  ),
  waveform: z
    .strictObject({ file: z.string(), from: count, to: count, scopes: z.array(z.string()) })
    .nullable(),
  wall_s: z.number(),
});

/** `hidalgo.diff/1`. */
export type DiffResult = z.infer<typeof diffSchema>;

/** The place where hardware and reference part. */
export type Divergence = NonNullable<DiffResult["divergence"]>;
