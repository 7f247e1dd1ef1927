import { z } from "zod";
import { count } from "./quantities.ts";

const area = z.strictObject({ lut: count, ff: count, dsp: count, bram18: count, uram: count });

/** Cells that the compiler expected; without block RAM of one kind where it knows none. */
const estimate = z.record(z.string(), z.number());

/** What `sta` found between registers of a kernel, on 7-series cells without wires. */
const timing = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("known"),
    arrival_ps: count,
    /** Half the period of the build's clock: what cell delays may take. */
    budget_ps: count,
    /** Null where the build is for another family than the cells that were timed. */
    met: z.boolean().nullable(),
  }),
  z.strictObject({ kind: z.literal("unknown"), reason: z.string() }),
]);

/** `hidalgo.synth/1`: what Yosys made of a build's Verilog, beside the estimate. */
export const synthSchema = z.strictObject({
  schema: z.literal("hidalgo.synth/1"),
  build: z.string(),
  top: z.string(),
  family: z.enum(["xc7", "xcup", "ecp5", "ice40"]),
  tool: z.string(),
  /** The whole design, all kernels, or the modules that were named; with what is inside each. */
  scope: z.enum(["design", "kernels", "modules"]),
  total: area.extend({ carry: count, lut_ram: count }),
  /** Of what `scope` covers, for the family that was compiled for; null where the build has none. */
  estimate: estimate.nullable(),
  latches: count,
  /** Undriven wires, several drivers, combinational loops; none in sound hardware. */
  problems: z.array(z.string()),
  /** What the design consists of, each with everything inside it; only what `scope` covers. */
  parts: z.array(
    area.extend({
      name: z.string(),
      kind: z.enum(["kernel", "queues", "rest"]),
      estimate: estimate.nullable(),
      timing: timing.nullable(),
    }),
  ),
  /** Distinct modules by themselves, without those inside them; the largest first. */
  modules: z.array(area.extend({ name: z.string(), latches: count })),
  wall_s: z.number(),
});

/** `hidalgo.synth/1`. */
export type SynthResult = z.infer<typeof synthSchema>;
