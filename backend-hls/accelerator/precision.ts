/** Number format of the matrices in the layers; the head of an int4 model is int8 per channel. */
type WeightFormat =
  | { readonly kind: "int8" }
  | { readonly kind: "int4"; readonly group: number }
  | { readonly kind: "bf16" };

/** Number format of what a matrix multiplies: one scale per row, per step (`tensor`), or known at compile time. */
type ActivationFormat =
  | { readonly kind: "int8"; readonly scales: "token" | "tensor" | "static" }
  | { readonly kind: "bf16" };

/** The linear layers by what they multiply. */
export const LINEAR_INPUTS = ["qkv", "wo", "gateUp", "down", "head"] as const;
export type LinearInputName = (typeof LINEAR_INPUTS)[number];

/** Columns of activations that are multiplied in 16 bits. */
export interface OutlierFormat {
  /** From this magnitude on a value outside the columns is counted as missed. */
  readonly threshold: number;
  /** Columns of each linear layer's input, at most, over all layers. */
  readonly columns: Readonly<Record<LinearInputName, number>>;
}

/** What of the number formats is compiled into hardware (docs/numerics.md). */
export interface HardwarePrecision {
  readonly weights: WeightFormat;
  readonly activations: ActivationFormat;
  /** Bits of a key or value in the cache. */
  readonly kvBits: 8 | 16;
  /** With int8 weights and a scale per row. */
  readonly outliers?: OutlierFormat;
}

/** int8 throughout, one scale per channel and per row. */
export const PLAIN_INT8: HardwarePrecision = {
  weights: { kind: "int8" },
  activations: { kind: "int8", scales: "token" },
  kvBits: 8,
};

/** Bits of a weight of the layers in the stream of weights, scales of groups apart. */
export function weightBits({ weights }: HardwarePrecision): 4 | 8 | 16 {
  switch (weights.kind) {
    case "int4":
      return 4;
    case "int8":
      return 8;
    case "bf16":
      return 16;
  }
}

/** Input channels that share a scale of int4 weights; undefined for other weights. */
export function groupOf({ weights }: HardwarePrecision): number | undefined {
  return weights.kind === "int4" ? weights.group : undefined;
}

/** Whether products are of bfloat16 words. */
export function isBf16({ weights }: Pick<HardwarePrecision, "weights">): boolean {
  return weights.kind === "bf16";
}

/** Input channels in parallel, at most: of bfloat16 one chunk of the sum, which any array of as many products makes as quickly. */
export function mostInputs(precision: HardwarePrecision): number {
  return isBf16(precision) ? 4 : Infinity;
}

/** Whether a vector becomes what the array multiplies as its elements come: nothing of it has to be measured first. */
export function isElementwise(precision: HardwarePrecision): boolean {
  return precision.activations.kind === "bf16" || hasStaticScales(precision);
}

/** Whether the scales of activations are known at compile time. */
export function hasStaticScales({ activations }: HardwarePrecision): boolean {
  return activations.kind === "int8" && activations.scales === "static";
}
