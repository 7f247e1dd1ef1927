import { readFileSync } from "node:fs";
import { z } from "zod";
import type { ArrayShape, Interfaces } from "../../backend-hls/index.ts";
import type { LoopRecipes } from "../../dse/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { precisionName } from "../options/precision-options.ts";
import { type KernelExploreReport, kernelExploreSchema } from "../schemas/explore-kernel.ts";
import { noPoint } from "./diagnostics.ts";

const count = z.int().positive();

const reportSchema = z.looseObject({
  schema: z.literal("hidalgo.explore/1"),
  kind: z.undefined().optional(),
  device: z.string(),
  chosen: z.int().nonnegative(),
  points: z.array(
    z.looseObject({
      id: z.int(),
      params: z.looseObject({
        rows: count,
        precision: precisionName,
        kv_bits: z.union([z.literal(8), z.literal(16)]),
        clock_mhz: z.number().positive(),
        block_size: count,
        array: z.looseObject({ pn: count, pk: count, pt: count, pv: count, ph: count }),
      }),
    }),
  ),
});

/** What a report's point says of the options of `compile`. */
export interface PointOptions {
  readonly device: string;
  readonly precision: z.infer<typeof precisionName>;
  readonly kv: 8 | 16;
  readonly clock: number;
  readonly blockSize: number;
  readonly rows: number;
  readonly shape: ArrayShape;
}

/** What a point of a kernel's report says of the options of `compile`. */
export interface KernelPointOptions {
  readonly device: string;
  readonly clock: number;
  readonly top: string;
  readonly interface: Interfaces;
  readonly recipes: LoopRecipes;
}

/** Reads `report.json#id`; without `#id` the chosen point. Which kind of report it must be, `model` says. */
export function readPoint(reference: string, model: "model"): Result<PointOptions>;
export function readPoint(reference: string, model: "kernel"): Result<KernelPointOptions>;
export function readPoint(
  reference: string,
  model: "model" | "kernel",
): Result<PointOptions | KernelPointOptions> {
  const [file = "", wanted] = reference.split("#");
  const refuse = (problem: string): Result<never> => fail(noPoint(builtSpan("--from"), { problem }));
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const what = `${file} is no report of an exploration of a ${model}`;
  if (model === "kernel") {
    const report = kernelExploreSchema.safeParse(content);
    return report.success ? kernelPoint(report.data, wanted, refuse) : refuse(what);
  }
  const report = reportSchema.safeParse(content);
  if (!report.success) return refuse(what);
  const id = wanted === undefined ? report.data.chosen : Number(wanted);
  const point = report.data.points.find((candidate) => candidate.id === id);
  if (point === undefined) return refuse(`${file} has no point ${wanted ?? ""}`);
  const { rows, precision, kv_bits: kv, clock_mhz: clock, block_size: blockSize, array } = point.params;
  const { pn, pk, pt, pv, ph } = array;
  const shape = { pn, pk, pt, pv, ph, rows };
  return ok({ device: report.data.device, precision, kv, clock, blockSize, rows, shape });
}

function kernelPoint(
  { points, chosen, device, function: top, interface: interfaces }: KernelExploreReport,
  wanted: string | undefined,
  refuse: (problem: string) => Result<never>,
): Result<KernelPointOptions> {
  const id = wanted === undefined ? chosen : Number(wanted);
  const point = points.find((candidate) => candidate.id === id);
  if (point === undefined) return refuse(`there is no point ${wanted ?? ""}`);
  const { recipes, clock_mhz: clock } = point.params;
  if (recipes === null) return refuse(`point ${String(id)} was not planned: nothing says how its loops run`);
  return ok({ device, clock, top, interface: interfaces, recipes });
}
