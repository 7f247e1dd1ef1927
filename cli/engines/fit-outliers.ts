import { type Calibration, mostOutliers, type Precision, thresholdLeaving } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { outliersTooMany } from "./diagnostics.ts";

/**
 * Outlier columns of a vector, each a multiplier and an adder of the hardware: at most, and how many of them the hardware has
 * where nobody asks for a threshold. Models with systematic outliers have fewer (at most 7 at 175 billion parameters, by the
 * method's paper).
 */
const OUTLIER_LIMITS = { most: 64, usual: 8 } as const;

/**
 * The precision with the threshold that hardware is made for. The usual one rises, and says so, until it leaves the usual number
 * of columns; one that was asked for is kept, or refused where it leaves more than hardware can have.
 */
export function fitOutliers(
  precision: Precision,
  calibration: Calibration | undefined,
  { onProgress }: JobWatch = {},
): Result<Precision> {
  const { outliers, name } = precision;
  if (outliers === undefined || calibration === undefined) return ok(precision);
  const { threshold, isUsual } = outliers;
  const { most, usual } = OUTLIER_LIMITS;
  const { columns, ...where } = mostOutliers(calibration, threshold);
  if (columns <= (isUsual ? usual : most)) return ok(precision);
  const least = thresholdLeaving(calibration, most);
  const place = placeOf(where);
  if (!isUsual)
    return fail(outliersTooMany(builtSpan("--threshold"), { place, columns, threshold, most, least }));
  const raised = thresholdLeaving(calibration, usual);
  onProgress?.(
    `${name}: ${String(columns)} columns of ${place} reach ${String(threshold)}, so the threshold is ${String(raised)}, which leaves ${String(usual)} of a vector at most; --threshold ${String(least)} leaves the ${String(most)} that hardware can have`,
  );
  return ok({ ...precision, outliers: { threshold: raised, isUsual: false } });
}

function placeOf({ input, layer }: Omit<ReturnType<typeof mostOutliers>, "columns">): string {
  return input === "head" ? "the head's input" : `the input of ${input} in layer ${String(layer)}`;
}
