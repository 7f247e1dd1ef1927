import {
  type LoadedModel,
  needsCalibration,
  type Precision,
  parsePrecision,
  type QuantizedModel,
  quantizeTo,
} from "../../frontend/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { calibrateLoaded, watchShares } from "../precision/calibrate-loaded.ts";
import type { Manifest } from "../schemas/manifest.ts";
import { fitOutliers } from "./fit-outliers.ts";

/** How a checkpoint becomes numbers, and the text that statistics are taken from (default: the model's own). */
export interface Quantization {
  readonly precision: Precision;
  readonly calibrate?: string | undefined;
}

/** How the numbers of a build were made, as its manifest says. */
export function quantizationOf(
  { precision, kv_bits, method }: Manifest["design"],
  calibrate?: string,
): Result<Quantization> {
  const parsed = parsePrecision(precision, { ...method, kv: kv_bits });
  return parsed.kind === "error" ? parsed : ok({ precision: parsed.value, calibrate });
}

/** A model in the numbers of a precision, as hardware computes it; statistics are taken where the precision needs them. */
export function quantizeLoaded(
  model: Pick<LoadedModel, "checkpoint" | "tokenizer">,
  { precision, calibrate }: Quantization,
  watch: JobWatch = {},
): Result<QuantizedModel> {
  if (!needsCalibration(precision)) return ok(quantizeTo(model.checkpoint, precision));
  const calibration = calibrateLoaded(model, { calibrate }, watch);
  if (calibration.kind === "error") return calibration;
  const fitting = fitOutliers(precision, calibration.value, watch);
  if (fitting.kind === "error") return fitting;
  const shares = watchShares(precision.name, watch);
  return ok(quantizeTo(model.checkpoint, fitting.value, calibration.value, shares));
}
