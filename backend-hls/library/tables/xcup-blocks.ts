import type { BlockTable } from "../table-types.ts";
import { XC7_BLOCKS } from "./xc7-blocks.ts";

/** UltraScale+: its own shapes, but the delays of 7-series blocks, which are slower. */
export const XCUP_BLOCKS: BlockTable = {
  ...XC7_BLOCKS,
  source:
    "assumption: delays of 7-series blocks (Yosys 0.23 has none for DSP48E2, RAMB36E2), multiplied as tables.ts says; DSP48E2 shape 27x18",
  multiplier: {
    operandBits: [27, 18],
    minProductBits: 9,
    pipelines: XC7_BLOCKS.multiplier?.pipelines ?? [],
  },
};
