import { interpolate } from "./interpolate.ts";
import type { OperatorLibrary } from "./operator-library.ts";

/** Delays of one family's logic cells, in picoseconds. */
export interface LutDelays {
  /** Of a LUT by its number of used inputs; entry 0 stands for one input. As many entries as a LUT has inputs. */
  readonly byInputs: readonly number[];
  /** From the LUT of an operand bit (or the operand, where the cell holds the LUT) into the carry chain. */
  readonly carryEnterPs: number;
  readonly carryPerBitPs: number;
  readonly carryLeavePs: number;
  /** From an operand's LUT to the sum bit of its own place. */
  readonly sumPs: number;
  /** Whether logic in front of an adder merges with the LUT of the carry cell. */
  readonly absorbs: boolean;
  readonly resetSetupPs: number;
}

/** Share of the usable period that estimated chains may fill: the same module, its cells in another order, came out up to 6 % slower. */
const MAPPING_SHARE = 0.94;

/**
 * No estimated chain is longer than so many of the slowest LUTs, whatever the clock: the mapper counts levels, not
 * picoseconds, and deeper stages came out up to 40 % slower than estimated (or too deep for `sta` to end).
 */
const LONGEST_CHAIN_LUTS = 3.62;

/** What an estimated chain of packed logic may take, so that the mapped one fits the usable period. */
export function estimatedPeriodPs(library: OperatorLibrary): number {
  const { byInputs } = library.tables.blocks.lut;
  const longest = LONGEST_CHAIN_LUTS * (byInputs[byInputs.length - 1] ?? 0);
  return Math.floor(
    Math.min(library.usablePeriodPs * MAPPING_SHARE, byInputs.length >= 6 ? longest : Infinity),
  );
}

/** The cells of a library's family: LUTs as its tables state them, carries from its measured adders. */
export function lutDelays({ tables }: OperatorLibrary): LutDelays {
  const { byInputs, absorbs, carryLeavePs, resetSetupPs } = tables.blocks.lut;
  const adder = (width: number): number => interpolate(tables.measured.points.add, width).delayPs;
  const carryPerBitPs = (adder(64) - adder(8)) / 56;
  const lut = absorbs ? (byInputs[1] ?? 0) : 0;
  const through = adder(8) - 6 * carryPerBitPs - lut;
  return {
    byInputs,
    absorbs,
    resetSetupPs,
    carryPerBitPs,
    carryLeavePs,
    carryEnterPs: through - carryLeavePs,
    sumPs: carryLeavePs,
  };
}

/** The widest adder between two registers at the library's clock. */
export function widestAdder(library: OperatorLibrary): number {
  const { byInputs, absorbs, carryEnterPs, carryLeavePs, carryPerBitPs } = lutDelays(library);
  const fixed = carryEnterPs + carryLeavePs + (absorbs ? (byInputs[1] ?? 0) : 0);
  return Math.max(4, Math.floor((estimatedPeriodPs(library) - fixed) / carryPerBitPs));
}
