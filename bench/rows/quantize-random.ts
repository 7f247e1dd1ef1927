import {
  type Checkpoint,
  collectStatistics,
  type PrecisionOptions,
  parsePrecision,
  type QuantizedModel,
  quantizeTo,
} from "../../frontend/index.ts";
import { Choices } from "../fuzz/choices.ts";
import { takeValue } from "./play-configuration.ts";

/** A checkpoint in a precision by its name, calibrated on random tokens. */
export function quantizeRandom(
  checkpoint: Checkpoint,
  name: string,
  options: PrecisionOptions = {},
): QuantizedModel {
  const choices = new Choices(7);
  const tokens = Array.from({ length: 24 }, () => choices.below(checkpoint.config.vocab));
  const calibration = collectStatistics(checkpoint, { source: "random tokens", windows: [tokens] });
  return quantizeTo(checkpoint, takeValue(parsePrecision(name, options)), calibration);
}
