import type { BlockTable } from "../table-types.ts";

/** 7-series (the Artix-7 delays that Yosys ships). */
export const XC7_BLOCKS: BlockTable = {
  source:
    "Yosys 0.23 +/xilinx/cells_sim.v, specify blocks of FDRE, DSP48E1 (multiplier, no pre-adder, no pattern detector), RAMB36E1, RAM64X1D; " +
    "DSP48E1 register-to-register stages are differences of its arrival figures",
  registerClockToOutPs: 303,
  lut: { byInputs: [127, 238, 407, 472, 631, 642], absorbs: true, carryLeavePs: 313, resetSetupPs: 404 },
  multiplier: {
    operandBits: [25, 18],
    minProductBits: 9,
    pipelines: [
      { latencyCycles: 1, inputDelayPs: 3465, clockToOutPs: 329 }, // PREG, 2739 to it; but it is not always taken in (2823 to P), nor an inverter in front (a LUT)
      { latencyCycles: 2, inputDelayPs: 1416, clockToOutPs: 329, internalPs: 1671 }, // MREG, PREG
      { latencyCycles: 3, inputDelayPs: 324, clockToOutPs: 329, internalPs: 1671 }, // AREG/BREG, MREG, PREG
    ],
  },
  blockRam: {
    bits: 36864,
    maxWidth: 72,
    addressSetupPs: 566,
    dataSetupPs: 737,
    clockToOutPs: 2454,
    registeredClockToOutPs: 882,
  },
  distributedRam: { depth: 64, lutsPerBit: 1, readPs: 642, writeSetupPs: 654, muxPs: 472 },
};
