import { type CompiledAccelerator, packWeights } from "../../backend-hls/index.ts";
import { type QuantizedModel, rotaryTable } from "../../frontend/index.ts";

/** Everything that is in memory before the first step, from address 0 on. */
export function packModel(
  quantized: QuantizedModel,
  { plan, layout }: Pick<CompiledAccelerator, "plan" | "layout">,
): Uint8Array {
  const image = new Uint8Array(layout.regions.descriptors.base);
  const rope = rotaryTable(quantized.config, plan.model.maxContext);
  packWeights(plan, layout, { ...quantized, rope }, image);
  return image;
}
