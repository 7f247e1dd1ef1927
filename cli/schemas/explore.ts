import { z } from "zod";
import { count } from "./quantities.ts";

const node = z.looseObject({
  name: z.string(),
  loops: z.array(
    z.looseObject({
      dim: z.string(),
      trip: count,
      tile: count,
      unroll: count,
      order: count,
    }),
  ),
  ii: count,
  partition: z.unknown(),
  placement: z.unknown(),
  fifo_depths: z.unknown(),
});

const estimate = z.looseObject({
  cycles_per_token: z.number(),
  prefill_cycles: z.number(),
  dsp: count,
  lut: count,
  ff: count,
  bram18: count,
  uram: count,
  dram_bytes_per_token: z.number(),
  j_per_token: z.number(),
});

const point = z.looseObject({
  id: z.union([z.string(), count]),
  pareto: z.boolean(),
  feasible: z.boolean(),
  params: z.looseObject({
    rows: count,
    precision: z.string(),
    kv_bits: count,
    clock_mhz: z.number().positive(),
    nodes: z.array(node),
  }),
  estimate,
  /** What the design's hardware took in simulation; null where nobody asked. */
  measured: z
    .strictObject({
      cycles_per_token: z.number(),
      prefill_cycles: z.number(),
      total_cycles: z.number(),
      decode_cycles: count,
      simulator: z.string(),
    })
    .nullable(),
});

/** A replayed step. `phases` add up to `cycles`, and so do the cycles of `path`: what was awaited, and through which queue. */
const step = z.looseObject({
  name: z.enum(["decode", "prefill"]),
  rows: count,
  position: count,
  cycles: count,
  bound: z.strictObject({ array: count, attention: count, latencies: count, port: count, cycles: count }),
  counters: z.record(z.string(), count),
  bytes: z.record(z.string(), count),
  phases: z.array(z.strictObject({ name: z.string(), cycles: count })),
  path: z.array(
    z.strictObject({
      phase: z.string(),
      part: z.string(),
      cause: z.enum(["work", "latency", "memory", "room", "link"]),
      queue: z.string().nullable(),
      cycles: count,
    }),
  ),
});

/** A kernel's pace; `bound.kind` says what holds it up. */
const kernel = z.looseObject({
  name: z.string(),
  ii: count,
  depth: count,
  bound: z.looseObject({
    kind: z.enum(["none", "recurrence", "port", "unit", "combined", "sequential", "target"]),
  }),
});

const cells = z.looseObject({ lut: z.number(), ff: z.number(), dsp: z.number(), bram18: z.number() });

/** `hidalgo.explore/1`: `build/estimate.json` and `report/report.json`; no wall times, byte-identical per seed. */
export const exploreSchema = z.looseObject({
  schema: z.literal("hidalgo.explore/1"),
  model: z.string(),
  device: z.string(),
  objective: z.string(),
  workload: z.strictObject({ prompt: count, output: count, batch: count }),
  seed: count,
  space: z.looseObject({ size: count, evaluated: count, exhaustive: z.boolean() }),
  bound: z.looseObject({ value: z.number(), gap: z.number() }),
  /** Index into `points`. */
  chosen: count,
  points: z.array(point),
  /** Of `build/estimate.json`: the memory behind the steps, the steps to the cycle, and why each kernel has its interval. */
  memory_model: z.string().optional(),
  steps: z.array(step).optional(),
  kernels: z.array(kernel).optional(),
  /** Of `build/estimate.json`: what the replayed steps prove about the queues. */
  deadlock: z
    .strictObject({
      argument: z.string(),
      steps: z.array(
        z.strictObject({
          name: z.string(),
          rows: count,
          position: count,
          free: z.boolean(),
          queues: count,
          elements: count,
          breach: z.string().nullable(),
        }),
      ),
    })
    .optional(),
  /** Cells of each kernel, of shared arrays, queues and the shell. */
  area: z
    .looseObject({ kernels: z.record(z.string(), cells), buffers: cells, queues: cells, shell: cells })
    .optional(),
});

const number = z.number();

/** A planned design of a model, as `evaluations.json` keeps it. */
export const modelEvaluation = z.strictObject({
  cells: z.strictObject({ lut: number, ff: number, dsp: number, bram18: number }),
  kernels: z.record(z.string(), z.strictObject({ ii: number, depth: number })),
  cycles: z.strictObject({ decode: number, firstChunk: number, lateChunk: number, lastChunk: number }),
  evidence: z.enum(["replayed", "extrapolated", "planned"]),
  memoryBytes: number,
});

/** `hidalgo.explore/1`. */
export type ExploreReport = z.infer<typeof exploreSchema>;
