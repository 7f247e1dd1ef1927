import { at } from "../../ir/index.ts";
import { rescaleStatistics } from "../calibrate/statistics.ts";
import type { LayerWeights } from "../checkpoint.ts";
import { type CalibratedModel, scaleInputs } from "./scale-inputs.ts";

/** float32 step of int8 with which the largest calibrated magnitude becomes ±127. */
export function staticScale(largest: Float32Array): number {
  const scale = Math.fround(largest.reduce((a, b) => Math.max(a, b), 0) / 127);
  return scale === 0 ? 1 : scale;
}

/**
 * The same function with every linear input divided by its static scale, so that one step of int8 is 1 in all of them: gains of norms,
 * values and up projections are divided, the matrices that read them multiplied. Nothing is left for hardware to multiply.
 */
export function foldStaticScales(model: CalibratedModel): CalibratedModel {
  const { checkpoint, calibration } = scaleInputs(model, ({ statistics: { largest } }) =>
    uniform(largest.length, staticScale(largest)),
  );
  const scales = calibration.layers.map(({ wo, down }) => ({
    wo: staticScale(wo.largest),
    down: staticScale(down.largest),
  }));
  return {
    checkpoint: {
      ...checkpoint,
      layers: checkpoint.layers.map((layer, i) => foldLayer(layer, at(scales, i))),
    },
    calibration: {
      ...calibration,
      layers: calibration.layers.map((layer, i) => ({
        ...layer,
        wo: rescaleStatistics(layer.wo, uniform(layer.wo.largest.length, at(scales, i).wo)),
        down: rescaleStatistics(layer.down, uniform(layer.down.largest.length, at(scales, i).down)),
      })),
    },
  };
}

/** What attention gives is linear in values, the gated product in what `wUp` gives. */
function foldLayer(layer: LayerWeights, { wo, down }: Readonly<Record<"wo" | "down", number>>): LayerWeights {
  return {
    ...layer,
    wv: layer.wv.map((weight) => weight / wo),
    ...(layer.bv && { bv: layer.bv.map((bias) => bias / wo) }),
    wo: layer.wo.map((weight) => weight * wo),
    wUp: layer.wUp.map((weight) => weight / down),
    wDown: layer.wDown.map((weight) => weight * down),
  };
}

function uniform(length: number, value: number): Float32Array {
  return new Float32Array(length).fill(value);
}
