import { readFileSync } from "node:fs";
import { z } from "zod";
import type { ArrayShape } from "../../backend-hls/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { precisionName } from "../options/precision-options.ts";
import { noPoint } from "./diagnostics.ts";

const count = z.int().positive();

const reportSchema = z.looseObject({
  schema: z.literal("hidalgo.explore/1"),
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

/** Reads `report.json#id`; without `#id` the chosen point. */
export function readPoint(reference: string): Result<PointOptions> {
  const [file = "", wanted] = reference.split("#");
  const refuse = (problem: string): Result<never> => fail(noPoint(builtSpan("--from"), { problem }));
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const report = reportSchema.safeParse(content);
  if (!report.success) return refuse(`${file} is no report of an exploration`);
  const id = wanted === undefined ? report.data.chosen : Number(wanted);
  const point = report.data.points.find((candidate) => candidate.id === id);
  if (point === undefined) return refuse(`${file} has no point ${wanted ?? ""}`);
  const { rows, precision, kv_bits: kv, clock_mhz: clock, block_size: blockSize, array } = point.params;
  const { pn, pk, pt, pv, ph } = array;
  const shape = { pn, pk, pt, pv, ph, rows };
  return ok({ device: report.data.device, precision, kv, clock, blockSize, rows, shape });
}
