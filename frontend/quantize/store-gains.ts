import { roundBf16 } from "../../ir/index.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { type CalibratedModel, divideInputs, divideInputsOf, type InputDivisors } from "./scale-inputs.ts";

/**
 * The same function with gains of norms that bfloat16 holds, as they are stored: what rounding takes from a gain goes into the
 * columns that its channel meets, before they are rounded themselves. Gains that bfloat16 holds already change nothing.
 */
export function storeGains(checkpoint: Checkpoint): Checkpoint {
  return exactGains(divideInputsOf(checkpoint, gainErrors(checkpoint)));
}

/** {@link storeGains}, and what calibration would have seen in that. */
export function storeCalibratedGains(model: CalibratedModel): CalibratedModel {
  const { checkpoint, calibration } = divideInputs(model, gainErrors(model.checkpoint));
  return { checkpoint: exactGains(checkpoint), calibration };
}

/** Each gain by what is stored of it; undefined: 1 throughout. */
function gainErrors({ layers, finalNorm }: Checkpoint): InputDivisors {
  return {
    layers: layers.map(({ attnNorm, ffnNorm }) => ({ qkv: errorsOf(attnNorm), gateUp: errorsOf(ffnNorm) })),
    head: errorsOf(finalNorm),
  };
}

function errorsOf(gains: Float32Array): Float32Array | undefined {
  const errors = gains.map((gain) => (roundBf16(gain) === 0 ? 1 : gain / roundBf16(gain)));
  return errors.every((error) => error === 1) ? undefined : errors;
}

/** A quotient of gain and error is a rounding away from the stored gain. */
function exactGains(checkpoint: Checkpoint): Checkpoint {
  return {
    ...checkpoint,
    layers: checkpoint.layers.map((layer) => ({
      ...layer,
      attnNorm: layer.attnNorm.map(roundBf16),
      ffnNorm: layer.ffnNorm.map(roundBf16),
    })),
    finalNorm: checkpoint.finalNorm.map(roundBf16),
  };
}
