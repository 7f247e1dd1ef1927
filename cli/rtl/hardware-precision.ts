import { z } from "zod";
import {
  type HardwarePrecision,
  LINEAR_INPUTS,
  type LinearInputName,
  type OutlierFormat,
} from "../../backend-hls/index.ts";
import type { LinearInput, Precision, QuantizedModel } from "../../frontend/index.ts";
import { CompilerBug } from "../../ir/index.ts";

/**
 * What of a model's number formats is compiled into hardware; undefined: int8 throughout, which is the default. How scales came
 * about (per channel or tensor, smoothed or not) is in the numbers alone.
 */
export function hardwarePrecision(
  model: Pick<QuantizedModel, "precision" | "layers" | "headInput">,
): HardwarePrecision | undefined {
  const { precision } = model;
  const outliers = outliersOf(model);
  const { kvBits, activations } = precision;
  if (kvBits === 32 || activations.kind === "f32") throw new CompilerBug("no hardware computes in float32");
  const isPlain = precision.weights.kind === "int8" && activations.kind === "int8";
  if (isPlain && activations.scales === "token" && kvBits === 8 && outliers === undefined) return undefined;
  return {
    weights: weightsOf(precision),
    activations: activations.kind === "int8" ? { kind: "int8", scales: activations.scales } : activations,
    kvBits,
    ...(outliers === undefined ? {} : { outliers }),
  };
}

function weightsOf({ weights }: Precision): HardwarePrecision["weights"] {
  switch (weights.kind) {
    case "int8":
    case "bf16":
      return { kind: weights.kind };
    case "int4":
      return { kind: "int4", group: weights.group };
    case "f32":
      throw new CompilerBug("no hardware computes in float32");
  }
}

/** As many columns of each linear layer as the layer with the most has. */
function outliersOf({
  precision,
  layers,
  headInput,
}: Pick<QuantizedModel, "precision" | "layers" | "headInput">): OutlierFormat | undefined {
  if (precision.outliers === undefined) return undefined;
  const inputsOf = (name: LinearInputName): readonly LinearInput[] =>
    name === "head" ? [headInput] : layers.map(({ inputs }) => inputs[name]);
  const columnsOf = (name: LinearInputName): number =>
    Math.max(...inputsOf(name).map(({ outliers }) => outliers?.length ?? 0));
  const [qkv, wo, gateUp, down, head] = LINEAR_INPUTS.map(columnsOf);
  return {
    threshold: Math.fround(precision.outliers.threshold),
    columns: { qkv: qkv ?? 0, wo: wo ?? 0, gateUp: gateUp ?? 0, down: down ?? 0, head: head ?? 0 },
  };
}

const count = z.int().nonnegative();

/** Number formats as a manifest says them. */
export const hardwarePrecisionSchema: z.ZodType<HardwarePrecision> = z.object({
  weights: z.union([
    z.object({ kind: z.literal("int8") }),
    z.object({ kind: z.literal("int4"), group: count }),
    z.object({ kind: z.literal("bf16") }),
  ]),
  activations: z.union([
    z.object({ kind: z.literal("int8"), scales: z.enum(["token", "tensor", "static"]) }),
    z.object({ kind: z.literal("bf16") }),
  ]),
  kvBits: z.union([z.literal(8), z.literal(16)]),
  outliers: z
    .object({
      threshold: z.number(),
      columns: z.object({ qkv: count, wo: count, gateUp: count, down: count, head: count }),
    })
    .exactOptional(),
});
