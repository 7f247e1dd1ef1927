import type { MeasuredTable } from "../table-types.ts";

/** Written by measure.ts; not edited by hand. */
export const ECP5_MEASURED: MeasuredTable = {
  source: "Yosys 0.23, synth_ecp5 -nodsp, sta on +/ecp5/cells_sim.v (register clock-to-out 0 there)",
  points: {
    add: [
      { width: 1, delayPs: 379, lut: 1, carry: 0 },
      { width: 4, delayPs: 654, lut: 6, carry: 0 },
      { width: 8, delayPs: 875, lut: 0, carry: 4 },
      { width: 16, delayPs: 1047, lut: 0, carry: 8 },
      { width: 32, delayPs: 1391, lut: 0, carry: 16 },
      { width: 64, delayPs: 2079, lut: 0, carry: 32 },
    ],
    sub: [
      { width: 1, delayPs: 379, lut: 1, carry: 0 },
      { width: 4, delayPs: 654, lut: 6, carry: 0 },
      { width: 8, delayPs: 875, lut: 0, carry: 4 },
      { width: 16, delayPs: 1047, lut: 0, carry: 8 },
      { width: 32, delayPs: 1391, lut: 0, carry: 16 },
      { width: 64, delayPs: 2079, lut: 0, carry: 32 },
    ],
    eq: [
      { width: 1, delayPs: 379, lut: 1, carry: 0 },
      { width: 4, delayPs: 530, lut: 3, carry: 0 },
      { width: 8, delayPs: 758, lut: 5, carry: 0 },
      { width: 16, delayPs: 1235, lut: 12, carry: 0 },
      { width: 32, delayPs: 1333, lut: 25, carry: 0 },
      { width: 64, delayPs: 1757, lut: 77, carry: 0 },
    ],
    lt: [
      { width: 1, delayPs: 379, lut: 1, carry: 0 },
      { width: 4, delayPs: 752, lut: 5, carry: 0 },
      { width: 8, delayPs: 1273, lut: 8, carry: 4 },
      { width: 16, delayPs: 1445, lut: 19, carry: 8 },
      { width: 32, delayPs: 1786, lut: 39, carry: 16 },
      { width: 64, delayPs: 2474, lut: 109, carry: 32 },
    ],
    mux: [
      { width: 1, delayPs: 379, lut: 1, carry: 0 },
      { width: 32, delayPs: 379, lut: 32, carry: 0 },
    ],
    logic: [
      { width: 1, delayPs: 379, lut: 1, carry: 0 },
      { width: 32, delayPs: 379, lut: 32, carry: 0 },
    ],
    shift: [
      { width: 4, delayPs: 618, lut: 8, carry: 0 },
      { width: 8, delayPs: 1095, lut: 22, carry: 0 },
      { width: 16, delayPs: 1376, lut: 98, carry: 0 },
      { width: 32, delayPs: 1713, lut: 207, carry: 0 },
      { width: 64, delayPs: 2133, lut: 641, carry: 0 },
    ],
    mul: [
      { width: 2, delayPs: 379, lut: 4, carry: 0 },
      { width: 4, delayPs: 1927, lut: 45, carry: 4 },
      { width: 8, delayPs: 2631, lut: 277, carry: 8 },
      { width: 16, delayPs: 3838, lut: 1586, carry: 16 },
      { width: 24, delayPs: 4389, lut: 3464, carry: 24 },
    ],
  },
};
