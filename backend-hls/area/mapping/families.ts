import type { DeviceFamily } from "../../library/table-types.ts";
import type { CellCounts } from "../counts.ts";
import type { ArithmeticFamily } from "./circuit.ts";
import type { LutFamily } from "./map-luts.ts";

/** How synthesis maps to a family. */
export interface MappingFamily {
  readonly arithmetic: ArithmeticFamily;
  readonly tables: LutFamily;
  /** Tables that Yosys makes, over those that the cover here has. */
  readonly tableFactor: number;
  /** Whether chains of registers become tables. */
  readonly shiftTables: boolean;
  /** Where the sum of two bits is made: in the table in front of a chain, in the chain's own cell, or in a table of the chain's cell. */
  readonly carry: "behind-table" | "own-cell" | "in-table";
  /** Tables of a soft product by the product of its widths. */
  readonly softBit: number;
  /** Bits of a table of constants that is put into a block RAM where registers alone read it. */
  readonly blockTable: number;
  readonly tableRam: (depth: number, width: number) => Partial<CellCounts>;
  readonly blockRams: (depth: number, width: number) => number;
}

/** Widths and depths of a block RAM. */
interface BlockShape {
  readonly bits: number;
  readonly widest: number;
}

const HALF_BLOCK: BlockShape = { bits: 18432, widest: 36 };

/** Blocks by the aspect ratio that needs the fewest. */
function fewestBlocks({ bits, widest }: BlockShape, depth: number, width: number): number {
  let fewest = Infinity;
  for (let port = widest; port >= 1; port = Math.floor(port / 2)) {
    const words = 2 ** Math.floor(Math.log2(bits / port));
    fewest = Math.min(fewest, Math.ceil(depth / words) * Math.ceil(width / port));
  }
  return fewest;
}

/** Distributed RAM of cells of `tables` tables that hold 32 words of `bits32` bits or 64 words of half as many. */
function tableRam(tables: number, bits32: number): MappingFamily["tableRam"] {
  return (depth, width) => {
    if (depth <= 32) return { lut: tables * Math.ceil(width / bits32) };
    const deep = Math.ceil(depth / 64);
    const selection = deep > 1 ? Math.ceil((deep - 1) / 3) * width + deep : 0;
    return { lut: tables * Math.ceil(width / (bits32 / 2)) * deep + selection };
  };
}

/** A cover of six-input tables as ABC weighs them; seven and eight inputs are two and four with multiplexers. */
const SIX_INPUTS: LutFamily = { costs: [2, 2, 3, 5, 5, 5, 10, 20], cells: [1, 1, 1, 1, 1, 1, 2, 4] };

/** Four-input tables; up to seven inputs by multiplexers. */
const FOUR_INPUTS: LutFamily = { costs: [1, 1, 1, 1, 2, 4, 8], cells: [1, 1, 1, 1, 2, 4, 8] };

/** A multiplier of Xilinx' DSP blocks, by its left operand and whether it takes the registers around it. */
function xilinxArithmetic(left: number, absorbs: boolean): MappingFamily["arithmetic"] {
  return {
    tableInputs: 6,
    shortSum: 2,
    comparesInTables: true,
    multiplier: { left, right: 18, piece: 18, leastResult: 9, absorbs, signedOnly: true },
  };
}

/** What 7-series and UltraScale+ have in common. */
const XILINX = {
  tables: SIX_INPUTS,
  tableFactor: 0.92,
  shiftTables: true,
  carry: "behind-table",
  blockTable: Infinity,
  softBit: 2.2,
  blockRams: (depth: number, width: number) => fewestBlocks(HALF_BLOCK, depth, width),
} as const;

/** Rules of Yosys 0.23's flows; factors from `bench/area-estimates.ts --calibrate`. */
export const FAMILIES: Readonly<Record<DeviceFamily, MappingFamily>> = {
  xc7: { ...XILINX, arithmetic: xilinxArithmetic(25, true), tableRam: tableRam(4, 6) },
  xcup: { ...XILINX, arithmetic: xilinxArithmetic(27, false), tableRam: tableRam(8, 14) },
  ecp5: {
    arithmetic: {
      tableInputs: 4,
      shortSum: 4,
      comparesInTables: false,
      multiplier: { left: 18, right: 18, piece: 18, leastResult: 0, absorbs: false, signedOnly: false },
    },
    tables: FOUR_INPUTS,
    tableFactor: 1.06,
    shiftTables: false,
    carry: "own-cell",
    blockTable: 2048,
    softBit: 2.6,
    tableRam: (depth, width) => {
      const deep = Math.ceil(depth / 16);
      return { lut: 4 * Math.ceil(width / 4) * deep + Math.ceil(1.1 * (deep - 1) * width) };
    },
    blockRams: (depth, width) => fewestBlocks(HALF_BLOCK, depth, width),
  },
  ice40: {
    arithmetic: { tableInputs: 4, shortSum: 2, comparesInTables: false, multiplier: undefined },
    tables: { costs: [1, 1, 1, 1], cells: [1, 1, 1, 1] },
    tableFactor: 1,
    shiftTables: false,
    carry: "in-table",
    blockTable: Infinity,
    softBit: 2.6,
    tableRam: (depth, width) => ({ ff: depth * width, lut: 2 * depth * width }),
    blockRams: (depth, width) => fewestBlocks({ bits: 4096, widest: 16 }, depth, width),
  },
};
