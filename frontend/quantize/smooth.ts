import type { Architecture } from "../checkpoint.ts";
import { outputError } from "./output-error.ts";
import type { MigrationStrength, Precision } from "./precision.ts";
import { type CalibratedModel, largestOfColumns, type NormedGroup, scaleInputs } from "./scale-inputs.ts";

/** Below this neither a weight's maximum nor a scale goes. */
const smallest = 1e-5;

/** Published strengths for W8A8 (mit-han-lab/smoothquant, README); 0.5 where none is. */
const strengths: Readonly<Record<Architecture, number>> = {
  llama: 0.85,
  mistral: 0.8,
  qwen2: 0.5,
  qwen3: 0.5,
};

/** What `auto` chooses from, beside leaving a group as it is. */
const searched = Array.from({ length: 11 }, (_, i) => i / 10);

/**
 * SmoothQuant (https://arxiv.org/abs/2211.10438): the channels of what norms write are divided by
 * `s_j = a_j^alpha / w_j^(1 - alpha)`, with the largest magnitudes `a` of activations and `w` of weights, and the
 * weights multiplied. The head takes part, since here it is quantized too.
 */
export function smooth(model: CalibratedModel, precision: Precision): CalibratedModel {
  const { smoothing } = precision;
  if (smoothing === undefined) return model;
  const { architecture } = model.checkpoint.config;
  return scaleInputs(model, (group) => chooseScales(group, smoothing.alpha, precision, architecture));
}

function chooseScales(
  group: NormedGroup,
  alpha: MigrationStrength,
  precision: Precision,
  architecture: Architecture,
): Float32Array | undefined {
  if (typeof alpha === "number") return smoothingScales(group, alpha);
  if (alpha === "architecture") return smoothingScales(group, strengths[architecture]);
  return searchScales(group, precision);
}

/** s_j for each channel of the group. */
function smoothingScales({ matrices, statistics }: NormedGroup, alpha: number): Float32Array {
  const weights = largestOfColumns(matrices, statistics.largest.length);
  return statistics.largest.map((activation, j) => {
    const weight = Math.max(weights[j] ?? 0, smallest);
    return Math.max(activation ** alpha / weight ** (1 - alpha), smallest);
  });
}

/** The scales with which the quantized matrices' outputs err least on the calibration's samples. */
function searchScales(group: NormedGroup, precision: Precision): Float32Array | undefined {
  let best: Float32Array | undefined;
  let least = outputError(group, precision, undefined);
  for (const alpha of searched) {
    const scales = smoothingScales(group, alpha);
    const error = outputError(group, precision, scales);
    if (error < least) {
      least = error;
      best = scales;
    }
  }
  return best;
}
