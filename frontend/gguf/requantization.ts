import { bf16ToF32, unreachable } from "../../ir/index.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { planTensors } from "../huggingface/tensor-plan.ts";
import type { WeightFormat } from "../quantize/precision.ts";
import { quantizeInt4, widenInt4 } from "../quantize/quantize-int4.ts";
import { quantizeInt8, roundToBf16 } from "../quantize/quantize-matrix.ts";

/** Weights that are looked at, at most: the error of the first layers is that of all. */
const sampledWeights = 1 << 24;

/**
 * The relative error, root mean square over the matrices of the layers, that rounding to the nearest number of a format adds
 * to the weights as they are: what a file that was quantized before loses once more.
 */
export function requantizationError(checkpoint: Checkpoint, format: WeightFormat): number {
  let [errors, squares, seen] = [0, 0, 0];
  const [plan] = planTensors({ ...checkpoint.config, layers: 1 }).layers;
  for (const layer of checkpoint.layers) {
    for (const field of ["wq", "wk", "wv", "wo", "wGate", "wUp", "wDown"] as const) {
      const columns = plan?.[field].shape[1] ?? 1;
      const values = layer[field];
      const quantized = roundWeights(values, columns, format);
      for (const [i, value] of values.entries()) {
        errors += ((quantized?.(i) ?? value) - value) ** 2;
        squares += value ** 2;
      }
      seen += values.length;
    }
    if (seen > sampledWeights) break;
  }
  return squares === 0 ? 0 : Math.sqrt(errors / squares);
}

/** The value of each weight after rounding; undefined: they stay. */
function roundWeights(
  values: Float32Array,
  columns: number,
  format: WeightFormat,
): ((index: number) => number) | undefined {
  switch (format.kind) {
    case "int8": {
      const { weights, scales } = quantizeInt8(columns, [values], { scales: format.scales });
      return (i) => (weights[i] ?? 0) * (scales[Math.floor(i / columns)] ?? 0);
    }
    case "int4": {
      const widened = widenInt4(quantizeInt4(columns, format.group, [values]));
      return (i) => widened[i] ?? 0;
    }
    case "bf16": {
      const { weights } = roundToBf16(columns, [values]);
      return (i) => bf16ToF32(weights[i] ?? 0);
    }
    case "f32":
      return undefined;
    default:
      return unreachable(format);
  }
}
