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

export const TABLES: Readonly<Record<DeviceFamily, FamilyTables>> = {
  xc7: { measured: XC7_MEASURED, blocks: XC7_BLOCKS },
  xcup: { measured: XCUP_MEASURED, blocks: XCUP_BLOCKS },
  ecp5: { measured: ECP5_MEASURED, blocks: ECP5_BLOCKS },
  ice40: { measured: ICE40_MEASURED, blocks: ICE40_BLOCKS },
};
