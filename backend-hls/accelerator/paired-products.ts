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

/** What of a device's multiplier decides how products share it. */
export type MultiplierSize = Pick<MultiplierBlock, "operandBits">;

/**
 * Bits of a pair above its spacing, for parts at their most negative: 127·(2^spacing + 1) is below 2^(spacing + 7), and
 * 128·(2^spacing + 1), which two activations can make, is above.
 */
export const UPPER_BITS = { channels: 8, rows: 9 } as const;

/** Largest magnitudes: weights are symmetric, activations have the full range of int8. */
const LARGEST = { weight: 127, activation: 128 } as const;

/**
 * How the array's products share multipliers, if two fit into one: the wider operand of a DSP48E2 has 27 bits, of a DSP48E1 25. Channels are
 * paired where there are several, else rows.
 */
export function pairProducts(
  { pn, pt = 1 }: Pick<ArrayShape, "pn" | "pt">,
  precision: HardwarePrecision,
  multiplier: MultiplierSize | undefined,
): PairedProducts | undefined {
  if (multiplier === undefined || isBf16(precision) || (pn % 2 !== 0 && pt % 2 !== 0)) return undefined;
  const of = pn % 2 === 0 ? "channels" : "rows";
  const spacing = multiplier.operandBits[0] - UPPER_BITS[of];
  const most = Math.floor((2 ** (spacing - 1) - 1) / (LARGEST.weight * LARGEST.activation));
  return most < 1 ? undefined : { of, spacing, most };
}

/** Multipliers of the array. */
export function arrayMultipliers(
  shape: Pick<ArrayShape, "pn" | "pk" | "pt">,
  precision: HardwarePrecision = PLAIN_INT8,
  multiplier?: MultiplierSize,
): number {
  const { pn, pk, pt = 1 } = shape;
  return (pn * pk * pt) / (pairProducts(shape, precision, multiplier) === undefined ? 1 : 2);
}
