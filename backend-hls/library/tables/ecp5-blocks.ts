import type { BlockTable } from "../table-types.ts";

/** ECP5. Yosys has delays for its LUTs and carries only: every figure here is a cautious assumption. */
export const ECP5_BLOCKS: BlockTable = {
  source:
    "assumption, not measured: Yosys 0.23 has no delays for TRELLIS_FF, MULT18X18D, DP16KD, TRELLIS_DPR16X4; " +
    "chosen on the slow side for speed grade 6, to be replaced by a place-and-route report",
  registerClockToOutPs: 525,
  lut: { byInputs: [379, 379, 379, 379], absorbs: false, carryLeavePs: 379, resetSetupPs: 379 },
  multiplier: {
    operandBits: [18, 18],
    minProductBits: 9,
    pipelines: [
      { latencyCycles: 1, inputDelayPs: 4500, clockToOutPs: 1000 },
      { latencyCycles: 2, inputDelayPs: 500, clockToOutPs: 1000, internalPs: 4500 },
      { latencyCycles: 3, inputDelayPs: 500, clockToOutPs: 1000, internalPs: 3000 },
    ],
  },
  blockRam: {
    bits: 18432,
    maxWidth: 36,
    addressSetupPs: 300,
    dataSetupPs: 300,
    clockToOutPs: 5700,
    registeredClockToOutPs: 1000,
  },
  distributedRam: { depth: 16, lutsPerBit: 1, readPs: 500, writeSetupPs: 500, muxPs: 379 },
};
