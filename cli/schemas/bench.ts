import { z } from "zod";
import { count } from "./quantities.ts";

/** What somebody else says about the method of a row. */
const published = z.strictObject({ claim: z.string(), source: z.string() });

/** One line of a table. Tables add fields of their own, in snake_case. */
const benchRow = z.looseObject({
  name: z.string(),
  cycles: z.number().nonnegative().nullish(),
  baseline_cycles: z.number().nonnegative().nullish(),
  /** Baseline ÷ cycles where both are there: above 1 is faster. */
  ratio: z.number().nonnegative().nullish(),
  units: z.record(z.string(), z.number()).optional(),
  dsp: count.nullish(),
  lut: count.nullish(),
  bram18: count.nullish(),
  clock_mhz: z.number().positive().nullish(),
  published: published.nullish(),
  method: z.string().optional(),
  joules: z.number().nonnegative().nullish(),
  bytes: z.number().nonnegative().nullish(),
});

/** `hidalgo.bench/1`: one table of measurements. */
export const benchSchema = z.looseObject({
  schema: z.literal("hidalgo.bench/1"),
  table: z.string(),
  rows: z.array(benchRow),
  versions: z.record(z.string(), z.string()),
});

/** A line of a bench's table. */
export type BenchRow = z.infer<typeof benchRow>;

/** A bench's table. */
export type BenchResult = z.infer<typeof benchSchema>;
