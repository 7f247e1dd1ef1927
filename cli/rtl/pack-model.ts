import { type CompiledAccelerator, packWeights, partsOf } from "../../backend-hls/index.ts";
import type { QuantizedModel } from "../../frontend/index.ts";
import { at } from "../../ir/index.ts";
import { partParameters } from "./shared-model.ts";

/** Everything that is in memory before the first step, from address 0 on, where one accelerator has the whole model. */
export function packModel(
  quantized: QuantizedModel,
  sizes: Pick<CompiledAccelerator, "plan" | "layout">,
): Uint8Array {
  return at(packParts(quantized, sizes), 0);
}

/** The same for each of the accelerators that share the model. */
export function packParts(
  quantized: QuantizedModel,
  { plan, layout }: Pick<CompiledAccelerator, "plan" | "layout">,
): readonly Uint8Array[] {
  return partParameters(quantized, partsOf(plan.model), plan.model.maxContext).map((parameters) => {
    const image = new Uint8Array(layout.regions.descriptors.base);
    packWeights(plan, layout, parameters, image);
    return image;
  });
}
