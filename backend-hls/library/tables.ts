import { scaleBlocks, scaleMeasured } from "./scale-delays.ts";
import type { BlockTable, DeviceFamily, MeasuredTable } from "./table-types.ts";
import { ECP5_BLOCKS } from "./tables/ecp5-blocks.ts";
import { ECP5_MEASURED } from "./tables/ecp5-measured.ts";
import { ICE40_BLOCKS } from "./tables/ice40-blocks.ts";
import { ICE40_MEASURED } from "./tables/ice40-measured.ts";
import { XC7_BLOCKS } from "./tables/xc7-blocks.ts";
import { XC7_MEASURED } from "./tables/xc7-measured.ts";
import { XCUP_BLOCKS } from "./tables/xcup-blocks.ts";
import { XCUP_MEASURED } from "./tables/xcup-measured.ts";

/** All that is known about a family: logic by width, and hard blocks. */
export interface FamilyTables {
  readonly measured: MeasuredTable;
  readonly blocks: BlockTable;
}

/**
 * Delay of UltraScale+ cells over that of the 7-series cells that the tables hold: an assumption, the ratio of the
 * data sheets' highest DSP clocks in the slowest speed grades (464 MHz for Artix-7 -1 in DS181, 645 MHz for -1 in
 * DS922; from memory, to be replaced by a place-and-route report). Block RAM and clock tree ratios are lower.
 */
const XCUP_DELAY_FACTOR = 0.72;

export const TABLES: Readonly<Record<DeviceFamily, FamilyTables>> = {
  xc7: { measured: XC7_MEASURED, blocks: XC7_BLOCKS },
  xcup: {
    measured: scaleMeasured(XCUP_MEASURED, XCUP_DELAY_FACTOR),
    blocks: scaleBlocks(XCUP_BLOCKS, XCUP_DELAY_FACTOR),
  },
  ecp5: { measured: ECP5_MEASURED, blocks: ECP5_BLOCKS },
  ice40: { measured: ICE40_MEASURED, blocks: ICE40_BLOCKS },
};
