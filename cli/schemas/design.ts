import { z } from "zod";
import { count, sha256 } from "./quantities.ts";

/** A clock, and whether it is hoped for or shown. */
export const clockSchema = z.strictObject({
  mhz: z.number().positive(),
  source: z.enum(["assumed", "sta", "pnr"]),
});

/** What was built: the part of a manifest that a run repeats. */
export const designSchema = z.strictObject({
  rows: count,
  /** Multiply-accumulates per cycle that exist. */
  macs: z.strictObject({ linear: count, attention: count, other: count }),
  port_bits: count,
  ports: count,
  weights: z.enum(["stream", "onchip"]),
  block_size: count,
  /** Of the Verilog files, in the order of their paths. */
  hash: sha256,
});

/** Which model it is. */
export const modelSchema = z.strictObject({ id: z.string(), arch: z.string(), sha256: z.string() });
