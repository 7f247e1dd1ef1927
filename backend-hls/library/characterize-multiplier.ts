import { interpolate } from "./interpolate.ts";
import { type Characteristics, NO_AREA } from "./operator.ts";
import type { OperatorLibrary } from "./operator-library.ts";
import { pipeline } from "./pipeline.ts";
import type { MultiplierBlock, MultiplierPipeline } from "./table-types.ts";

/** A signed multiplier: in hard blocks, or in LUTs where the family has none or the product is narrow. */
export function characterizeMultiplier(
  library: OperatorLibrary,
  leftBits: number,
  rightBits: number,
): Characteristics {
  const block = library.tables.blocks.multiplier;
  const resultBits = leftBits + rightBits;
  if (block === undefined || resultBits < block.minProductBits) return inLuts(library, leftBits, rightBits);
  return inBlocks(library, block, countBlocks(block, leftBits, rightBits), resultBits);
}

/** Square multipliers were measured; another shape has the delay of its sum of widths and the cells of its product. */
function inLuts(library: OperatorLibrary, leftBits: number, rightBits: number): Characteristics {
  const points = library.tables.measured.points.mul;
  const { delayPs } = interpolate(points, Math.ceil((leftBits + rightBits) / 2));
  const { lut, carry } = interpolate(points, Math.ceil(Math.sqrt(leftBits * rightBits)));
  return pipeline(library, delayPs, leftBits + rightBits, { ...NO_AREA, lut, carry });
}

/** Several blocks need an adder tree behind them, one register level each. */
function inBlocks(
  library: OperatorLibrary,
  block: MultiplierBlock,
  dsp: number,
  resultBits: number,
): Characteristics {
  const { registerClockToOutPs } = library.tables.blocks;
  const { stages, extraRegisters } = choosePipeline(library, block);
  const levels = Math.ceil(Math.log2(dsp));
  const sum = interpolate(library.tables.measured.points.add, resultBits);
  const adders = dsp - 1;
  return {
    latencyCycles: stages.latencyCycles + extraRegisters + levels,
    inputDelayPs: extraRegisters > 0 ? 0 : stages.inputDelayPs,
    outputDelayPs: levels > 0 ? 0 : Math.max(0, stages.clockToOutPs - registerClockToOutPs),
    area: {
      dsp,
      lut: sum.lut * adders,
      carry: sum.carry * adders,
      ff: (extraRegisters + adders) * resultBits,
    },
  };
}

/**
 * The fewest registers that the clock allows. Paths within a block know no routing and get the
 * whole period; at a clock that even the last configuration does not meet, it is taken with a
 * register in front.
 */
function choosePipeline(
  library: OperatorLibrary,
  { pipelines }: MultiplierBlock,
): { stages: MultiplierPipeline; extraRegisters: number } {
  const fits = ({ inputDelayPs, internalPs = 0 }: MultiplierPipeline): boolean =>
    inputDelayPs <= library.usablePeriodPs && internalPs <= library.periodPs;
  const found = pipelines.find(fits);
  if (found !== undefined) return { stages: found, extraRegisters: 0 };
  const last = pipelines[pipelines.length - 1];
  if (last === undefined) throw new RangeError("a multiplier block needs at least one configuration");
  return { stages: last, extraRegisters: 1 };
}

/** Blocks of the better orientation; all pieces of a signed operand but the top one lose a bit to the sign. */
function countBlocks(
  { operandBits: [wide, narrow] }: MultiplierBlock,
  leftBits: number,
  rightBits: number,
): number {
  const pieces = (bits: number, size: number): number =>
    bits <= size ? 1 : 1 + Math.ceil((bits - size) / (size - 1));
  return Math.min(
    pieces(leftBits, wide) * pieces(rightBits, narrow),
    pieces(leftBits, narrow) * pieces(rightBits, wide),
  );
}
