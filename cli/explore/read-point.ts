import { readFileSync } from "node:fs";
import { z } from "zod";
import type { ArrayShape, Interfaces } from "../../backend-hls/index.ts";
import type { LoopRecipes } from "../../dse/index.ts";
import { at, builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { precisionName } from "../options/precision-options.ts";
import { kernelExploreSchema } from "../schemas/explore-kernel.ts";
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

/** Reads `report.json#id` of a model; without `#id` the chosen point. */
export function readPoint(reference: string): Result<PointOptions> {
  const found = findPoint(reference, reportSchema, "a model");
  if (found.kind === "error") return found;
  const { report, place } = found.value;
  const {
    rows,
    precision,
    kv_bits: kv,
    clock_mhz: clock,
    block_size: blockSize,
    array,
  } = at(report.points, place).params;
  const { pn, pk, pt, pv, ph } = array;
  const shape = { pn, pk, pt, pv, ph, rows };
  return ok({ device: report.device, precision, kv, clock, blockSize, rows, shape });
}

/** The same of a kernel. */
export function readKernelPoint(reference: string): Result<KernelPointOptions> {
  const found = findPoint(reference, kernelExploreSchema, "a kernel");
  if (found.kind === "error") return found;
  const { report, place } = found.value;
  const { device, function: top, interface: interfaces, points } = report;
  const { id, params } = at(points, place);
  const { recipes, clock_mhz: clock } = params;
  if (recipes === null) return refuse(`point ${String(id)} was not planned: nothing says how its loops run`);
  return ok({ device, clock, top, interface: interfaces, recipes });
}

/** A report of an exploration of `subject`, and the place of the point that is meant. */
function findPoint<
  Report extends { readonly chosen: number; readonly points: readonly { readonly id: number }[] },
>(
  reference: string,
  schema: z.ZodType<Report>,
  subject: string,
): Result<{ readonly report: Report; readonly place: number }> {
  const [file = "", wanted] = reference.split("#");
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const report = schema.safeParse(content);
  if (!report.success) return refuse(`${file} is no report of an exploration of ${subject}`);
  const id = wanted === undefined ? report.data.chosen : Number(wanted);
  const place = report.data.points.findIndex((candidate) => candidate.id === id);
  return place < 0 ? refuse(`${file} has no point ${String(id)}`) : ok({ report: report.data, place });
}

function refuse(problem: string): Result<never> {
  return fail(noPoint(builtSpan("--from"), { problem }));
}
