import { z } from "zod";
import { count } from "./quantities.ts";

const area = z.strictObject({ lut: count, ff: count, dsp: count, bram18: count, uram: count });

/** `hidalgo.synth/1`: what Yosys made of a build's Verilog, beside the estimate. */
export const synthSchema = z.strictObject({
  schema: z.literal("hidalgo.synth/1"),
  build: z.string(),
  top: z.string(),
  family: z.enum(["xc7", "xcup", "ecp5", "ice40"]),
  tool: z.string(),
  total: area.extend({ carry: count, lut_ram: count }),
  /** Of the compiler's exploration, for the family that was compiled for; null where the build has none. */
  estimate: z.record(z.string(), z.number()).nullable(),
  latches: count,
  /** Undriven wires, several drivers, combinational loops; none in sound hardware. */
  problems: z.array(z.string()),
  /** Distinct modules by themselves, without those inside them; the largest first. */
  modules: z.array(area.extend({ name: z.string() })),
});

/** `hidalgo.synth/1`. */
export type SynthResult = z.infer<typeof synthSchema>;
