import { outputError } from "./output-error.ts";
import type { Precision } from "./precision.ts";
import { type CalibratedModel, meanSquares, type NormedGroup, scaleInputs } from "./scale-inputs.ts";

/** Exponents that are tried. */
const searched = Array.from({ length: 11 }, (_, i) => i / 10);

/**
 * Activation-aware scales (AWQ, https://arxiv.org/abs/2306.00978): columns whose activations are large become larger
 * before they are rounded, by `s_j = rms(x_j)^beta`, with the beta whose outputs err least; the norm before them takes the
 * inverse. The head is int8 and takes no part.
 */
export function scaleByActivations(model: CalibratedModel, precision: Precision): CalibratedModel {
  const { weights } = precision;
  if (weights.kind !== "int4" || weights.rounding !== "awq") return model;
  return scaleInputs(model, (group) => (group.input === "head" ? undefined : searchScales(group, precision)));
}

function searchScales(group: NormedGroup, precision: Precision): Float32Array | undefined {
  const columns = group.statistics.largest.length;
  const sizes = Float32Array.from(meanSquares(group.statistics.samples, columns), Math.sqrt);
  let best: Float32Array | undefined;
  let least = outputError(group, precision, undefined);
  for (const exponent of searched.slice(1)) {
    const scales = sizes.map((size) => Math.max(size, 1e-4) ** exponent);
    const error = outputError(group, precision, scales);
    if (error < least) [best, least] = [scales, error];
  }
  return best;
}
