import { type CalibratedModel, divideInputs } from "./scale-inputs.ts";

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
  const { layers, head } = model.calibration;
  return divideInputs(model, {
    layers: layers.map(({ qkv, wo, gateUp, down }) => ({
      qkv: staticScale(qkv.largest),
      wo: staticScale(wo.largest),
      gateUp: staticScale(gateUp.largest),
      down: staticScale(down.largest),
    })),
    head: staticScale(head.largest),
  });
}
