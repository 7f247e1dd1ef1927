import type { BlockTable } from "../table-types.ts";

/** iCE40 HX: no multipliers, no LUT memories (a small memory is registers and multiplexers). */
export const ICE40_BLOCKS: BlockTable = {
  source: "Yosys 0.23 +/ice40/cells_sim.v with ICE40_HX: SB_DFF, SB_RAM40_4K, SB_LUT4",
  registerClockToOutPs: 540,
  lut: { byInputs: [400, 400, 421, 449], absorbs: false, carryLeavePs: 316, resetSetupPs: 203 },
  multiplier: undefined,
  blockRam: {
    bits: 4096,
    maxWidth: 16,
    addressSetupPs: 203,
    dataSetupPs: 161,
    clockToOutPs: 2146,
    registeredClockToOutPs: 540,
  },
  distributedRam: { depth: 1, lutsPerBit: 1, readPs: 0, writeSetupPs: 449, muxPs: 449 },
};
