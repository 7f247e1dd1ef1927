import { z } from "zod";
import { INTERFACES } from "../../backend-hls/index.ts";
import { clockSchema } from "./design.ts";
import { designId, manifestSchema } from "./manifest.ts";
import { count, sha256 } from "./quantities.ts";

const { schema, top, rtl, ports, registers, error_codes, engines, memory, setup, versions } =
  manifestSchema.shape;

/** `hidalgo.manifest/1` of a graph file: what the manifest of a model says about hardware, and the function. */
export const graphManifestSchema = z.strictObject({
  schema,
  kind: z.literal("graph"),
  top,
  /** Which function of which text was compiled; its arguments and results are regions of `memory`. */
  graph: z.strictObject({ file: z.string(), sha256, function: z.string() }),
  rtl,
  ports,
  registers,
  error_codes,
  engines,
  memory,
  setup,
  design: z.strictObject({
    id: designId,
    device: z.string(),
    clock: clockSchema,
    schedule: manifestSchema.shape.design.shape.schedule,
    port_bits: count,
    row_lanes: count,
    /** Of arguments and results by name (`*`: all others); what is missing is m_axi. */
    interfaces: z.record(z.string(), z.enum(INTERFACES)),
    /** Float units that are built, by primitive. */
    units: z.record(z.string(), count),
  }),
  versions,
});

/** `hidalgo.manifest/1` of a graph file. */
export type GraphManifest = z.infer<typeof graphManifestSchema>;

/** `hidalgo.compile/1` of a graph file. */
export const graphCompileSchema = z.strictObject({
  schema: z.literal("hidalgo.compile/1"),
  output: z.string(),
  files: z.array(z.strictObject({ path: z.string(), bytes: count, sha256 })),
  design: graphManifestSchema.shape.design,
});

/** `hidalgo.kernel/1`: what `simulate` says of a graph. */
export const kernelRunSchema = z.strictObject({
  schema: z.literal("hidalgo.kernel/1"),
  function: z.string(),
  device: z.string(),
  simulator: z.string(),
  memory_model: z.string(),
  seed: count.nullable(),
  /** From start to done; without loading and unloading arrays that live on chip. */
  cycles: count,
  /** Cycles of loading and unloading; 0 where no array lives on chip. */
  transfer_cycles: z.strictObject({ load: count, unload: count }),
  /** Null where nothing was compared. Where sums may be reassociated: whether the error is within its bound. */
  matches_reference: z.boolean().nullable(),
  first_mismatch: z.strictObject({ result: z.string(), index: count }).nullable(),
  /** Where sums may be reassociated: distance from the same program in f64, and what is allowed; absolute, of each output. */
  errors: z
    .array(
      z.strictObject({ result: z.string(), error: z.number(), strict_error: z.number(), bound: z.number() }),
    )
    .nullable(),
});

/** `hidalgo.kernel/1`. */
export type KernelRun = z.infer<typeof kernelRunSchema>;
