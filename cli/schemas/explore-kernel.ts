import { z } from "zod";
import { count } from "./quantities.ts";

const pair = z.tuple([count, count]);

/** A schedule of a nest: what `compile --from` builds. */
const recipe = z.strictObject({
  order: z.array(count),
  tiles: z.array(pair),
  unroll: z.array(pair),
  guarded: z.boolean(),
  reassociate: z.boolean(),
  ii: count.nullable(),
});

/** Schedules of all nests of a function; null where one stays as it is. */
const recipes = z.array(recipe.nullable());

const cells = z.strictObject({ lut: z.number(), ff: z.number(), dsp: z.number(), bram18: z.number() });

const loop = z.strictObject({ dim: z.string(), trip: count, tile: count, unroll: count, order: count });

const nestFields = {
  name: z.string(),
  loops: z.array(loop),
  ii: count,
  depth: count,
  iterations: count,
  why: z.string(),
  partition: z.record(z.string(), z.array(count)),
  placement: z.record(z.string(), z.string()),
  cells,
};

const evidence = z.enum(["replayed", "planned"]);

/** A planned design of a kernel, as `evaluations.json` keeps it. */
export const kernelEvaluation = z.strictObject({
  recipes,
  cells,
  cycles: count,
  evidence,
  units: z.record(z.string(), count),
  nests: z.array(z.strictObject({ ...nestFields, fifoDepths: z.record(z.string(), count) })),
});

const cellCount = z.number().nullable();

const point = z.looseObject({
  id: count,
  pareto: z.boolean(),
  feasible: z.boolean(),
  params: z.looseObject({
    units: count,
    clock_mhz: z.number().positive(),
    evidence: z.enum(["replayed", "planned", "searched"]),
    recipes: recipes.nullable(),
    nodes: z.array(z.strictObject({ ...nestFields, fifo_depths: z.record(z.string(), count) })),
  }),
  estimate: z.looseObject({
    cycles: count,
    searched_cycles: count,
    us: z.number(),
    dsp: cellCount,
    lut: cellCount,
    ff: cellCount,
    bram18: cellCount,
  }),
  measured: z
    .strictObject({ cycles: count, matches_reference: z.boolean().nullable(), simulator: z.string() })
    .nullable(),
});

/** `hidalgo.explore/1` of a kernel. */
export const kernelExploreSchema = z.looseObject({
  schema: z.literal("hidalgo.explore/1"),
  kind: z.literal("kernel"),
  model: z.string(),
  function: z.string(),
  device: z.string(),
  objective: z.string(),
  seed: count,
  interface: z.record(z.string(), z.enum(["ram", "m_axi", "axis"])),
  clock_mhz: z.number().positive(),
  space: z.looseObject({ size: z.number(), evaluated: count, planned: count, exhaustive: z.boolean() }),
  bound: z.looseObject({ value: z.number(), cycles: z.number(), gap: z.number() }),
  chosen: count,
  points: z.array(point),
});

/** `hidalgo.explore/1` of a kernel. */
export type KernelExploreReport = z.infer<typeof kernelExploreSchema>;
