import type { MeasuredTable } from "../table-types.ts";

/** Written by measure.ts; not edited by hand. */
export const XCUP_MEASURED: MeasuredTable = {
  source: "Yosys 0.23, synth_xilinx -family xcup -nodsp, sta on +/xilinx/cells_sim.v",
  points: {
    add: [
      { width: 1, delayPs: 238, lut: 1, carry: 0 },
      { width: 4, delayPs: 856, lut: 4, carry: 1 },
      { width: 8, delayPs: 1100, lut: 8, carry: 2 },
      { width: 16, delayPs: 1328, lut: 16, carry: 4 },
      { width: 32, delayPs: 1784, lut: 32, carry: 8 },
      { width: 64, delayPs: 2696, lut: 64, carry: 16 },
    ],
    sub: [
      { width: 1, delayPs: 238, lut: 1, carry: 0 },
      { width: 4, delayPs: 856, lut: 4, carry: 1 },
      { width: 8, delayPs: 1100, lut: 8, carry: 2 },
      { width: 16, delayPs: 1328, lut: 16, carry: 4 },
      { width: 32, delayPs: 1784, lut: 32, carry: 8 },
      { width: 64, delayPs: 2696, lut: 64, carry: 16 },
    ],
    eq: [
      { width: 1, delayPs: 238, lut: 1, carry: 0 },
      { width: 4, delayPs: 963, lut: 2, carry: 0 },
      { width: 8, delayPs: 880, lut: 3, carry: 0 },
      { width: 16, delayPs: 1435, lut: 9, carry: 0 },
      { width: 32, delayPs: 1575, lut: 24, carry: 0 },
      { width: 64, delayPs: 2243, lut: 46, carry: 0 },
    ],
    lt: [
      { width: 1, delayPs: 238, lut: 1, carry: 0 },
      { width: 4, delayPs: 959, lut: 4, carry: 0 },
      { width: 8, delayPs: 1190, lut: 6, carry: 1 },
      { width: 16, delayPs: 1441, lut: 12, carry: 2 },
      { width: 32, delayPs: 1555, lut: 22, carry: 3 },
      { width: 64, delayPs: 1897, lut: 44, carry: 6 },
    ],
    mux: [
      { width: 1, delayPs: 407, lut: 1, carry: 0 },
      { width: 32, delayPs: 407, lut: 32, carry: 0 },
    ],
    logic: [
      { width: 1, delayPs: 238, lut: 1, carry: 0 },
      { width: 32, delayPs: 238, lut: 32, carry: 0 },
    ],
    shift: [
      { width: 4, delayPs: 642, lut: 4, carry: 0 },
      { width: 8, delayPs: 1049, lut: 12, carry: 0 },
      { width: 16, delayPs: 1284, lut: 34, carry: 0 },
      { width: 32, delayPs: 1691, lut: 96, carry: 0 },
      { width: 64, delayPs: 1926, lut: 213, carry: 0 },
    ],
    mul: [
      { width: 2, delayPs: 1090, lut: 5, carry: 1 },
      { width: 4, delayPs: 1678, lut: 26, carry: 2 },
      { width: 8, delayPs: 3431, lut: 182, carry: 4 },
      { width: 16, delayPs: 4502, lut: 846, carry: 8 },
      { width: 24, delayPs: 5087, lut: 1779, carry: 12 },
    ],
  },
};
