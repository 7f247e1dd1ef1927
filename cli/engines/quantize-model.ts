import {
  type Calibration,
  type CalibrationText,
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

/** How a checkpoint becomes numbers, and the text that statistics are taken from, a file's name or its tokens (default: the model's own). */
export interface Quantization {
  readonly precision: Precision;
  readonly calibrate?: string | CalibrationText | undefined;
}

/** How the numbers of a build were made, as its manifest says. */
export function quantizationOf(
  { precision, kv_bits, method }: Manifest["design"],
  calibrate?: Quantization["calibrate"],
): Result<Quantization> {
  const parsed = parsePrecision(precision, { ...method, kv: kv_bits });
  return parsed.kind === "error" ? parsed : ok({ precision: parsed.value, calibrate });
}

/** A model in the numbers of a precision, and what it was calibrated on where the precision asks for that. */
export interface CalibratedNumbers {
  readonly quantized: QuantizedModel;
  readonly calibration: Calibration | undefined;
}

/** A model in the numbers of a precision, as hardware computes it; statistics are taken where the precision needs them. */
export function quantizeCalibrated(
  model: Pick<LoadedModel, "checkpoint" | "tokenizer">,
  { precision, calibrate }: Quantization,
  watch: JobWatch = {},
): Result<CalibratedNumbers> {
  if (!needsCalibration(precision))
    return ok({ quantized: quantizeTo(model.checkpoint, precision), calibration: undefined });
  const calibrated = calibrateLoaded(model, { calibrate }, watch);
  if (calibrated.kind === "error") return calibrated;
  const calibration = calibrated.value;
  const fitting = fitOutliers(precision, calibration, watch);
  if (fitting.kind === "error") return fitting;
  const shares = watchShares(precision.name, watch);
  return ok({ quantized: quantizeTo(model.checkpoint, fitting.value, calibration, shares), calibration });
}

/** The numbers alone. */
export function quantizeLoaded(
  model: Pick<LoadedModel, "checkpoint" | "tokenizer">,
  quantization: Quantization,
  watch: JobWatch = {},
): Result<QuantizedModel> {
  const made = quantizeCalibrated(model, quantization, watch);
  return made.kind === "error" ? made : ok(made.value.quantized);
}
