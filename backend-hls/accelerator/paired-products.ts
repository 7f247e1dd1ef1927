import type { MultiplierBlock } from "../library/table-types.ts";
import { type HardwarePrecision, isBf16, PLAIN_INT8 } from "./precision.ts";
import type { ArrayShape } from "./shape.ts";

/** Two products of the array that one multiplication makes: (upper·2^spacing + lower)·shared. */
export interface PairedProducts {
  /** What the two have not in common: their output channels (and so their weights) or their rows (and so their activations). */
  readonly of: "channels" | "rows";
  /** Bits between the two. */
  readonly spacing: number;
  /** Pairs that are added before they are taken apart: the sum of the lower products fits below the upper ones. */
  readonly most: number;
}

/** Largest magnitudes: weights are symmetric, activations have the full range of int8. */
const LARGEST = { weight: 127, activation: 128 } as const;

/**
 * How the array's products share multipliers, if two fit into one: the wider operand of a DSP48E2 has 27 bits, of a DSP48E1 25. Channels are
 * paired where there are several, else rows.
 */
export function pairProducts(
  { pn, pt = 1 }: Pick<ArrayShape, "pn" | "pt">,
  precision: HardwarePrecision,
  multiplier: Pick<MultiplierBlock, "operandBits"> | undefined,
): PairedProducts | undefined {
  if (multiplier === undefined || isBf16(precision) || (pn % 2 !== 0 && pt % 2 !== 0)) return undefined;
  const of = pn % 2 === 0 ? "channels" : "rows";
  // Both parts at their most negative: 127·(2^spacing + 1) is below 2^(spacing + 7), 128·(2^spacing + 1) is above.
  const spacing = multiplier.operandBits[0] - (of === "channels" ? 8 : 9);
  const most = Math.floor((2 ** (spacing - 1) - 1) / (LARGEST.weight * LARGEST.activation));
  return most < 1 ? undefined : { of, spacing, most };
}

/** Multipliers of the array. */
export function arrayMultipliers(
  shape: Pick<ArrayShape, "pn" | "pk" | "pt">,
  precision: HardwarePrecision = PLAIN_INT8,
  multiplier?: Pick<MultiplierBlock, "operandBits">,
): number {
  const { pn, pk, pt = 1 } = shape;
  return (pn * pk * pt) / (pairProducts(shape, precision, multiplier) === undefined ? 1 : 2);
}
