import type { MeasuredTable } from "../table-types.ts";

/** Written by measure.ts; not edited by hand. */
export const ICE40_MEASURED: MeasuredTable = {
  source: "Yosys 0.23, synth_ice40 -device hx, sta on +/ice40/cells_sim.v with ICE40_HX",
  points: {
    add: [
      { width: 1, delayPs: 400, lut: 1, carry: 0 },
      { width: 4, delayPs: 848, lut: 4, carry: 3 },
      { width: 8, delayPs: 1352, lut: 8, carry: 7 },
      { width: 16, delayPs: 2360, lut: 16, carry: 15 },
      { width: 32, delayPs: 4376, lut: 32, carry: 31 },
      { width: 64, delayPs: 8408, lut: 64, carry: 63 },
    ],
    sub: [
      { width: 1, delayPs: 400, lut: 1, carry: 0 },
      { width: 4, delayPs: 1136, lut: 7, carry: 3 },
      { width: 8, delayPs: 1640, lut: 15, carry: 7 },
      { width: 16, delayPs: 2648, lut: 31, carry: 15 },
      { width: 32, delayPs: 4664, lut: 63, carry: 31 },
      { width: 64, delayPs: 8696, lut: 127, carry: 63 },
    ],
    eq: [
      { width: 1, delayPs: 400, lut: 1, carry: 0 },
      { width: 4, delayPs: 849, lut: 3, carry: 0 },
      { width: 8, delayPs: 919, lut: 5, carry: 0 },
      { width: 16, delayPs: 1298, lut: 11, carry: 0 },
      { width: 32, delayPs: 1768, lut: 23, carry: 0 },
      { width: 64, delayPs: 1747, lut: 49, carry: 0 },
    ],
    lt: [
      { width: 1, delayPs: 400, lut: 1, carry: 0 },
      { width: 4, delayPs: 1711, lut: 8, carry: 4 },
      { width: 8, delayPs: 2215, lut: 15, carry: 8 },
      { width: 16, delayPs: 3223, lut: 30, carry: 16 },
      { width: 32, delayPs: 5239, lut: 62, carry: 32 },
      { width: 64, delayPs: 9264, lut: 134, carry: 64 },
    ],
    mux: [
      { width: 1, delayPs: 421, lut: 1, carry: 0 },
      { width: 32, delayPs: 421, lut: 32, carry: 0 },
    ],
    logic: [
      { width: 1, delayPs: 400, lut: 1, carry: 0 },
      { width: 32, delayPs: 400, lut: 32, carry: 0 },
    ],
    shift: [
      { width: 4, delayPs: 821, lut: 6, carry: 0 },
      { width: 8, delayPs: 1249, lut: 19, carry: 0 },
      { width: 16, delayPs: 1649, lut: 55, carry: 0 },
      { width: 32, delayPs: 2049, lut: 141, carry: 0 },
      { width: 64, delayPs: 2449, lut: 348, carry: 0 },
    ],
    mul: [
      { width: 2, delayPs: 1017, lut: 6, carry: 1 },
      { width: 4, delayPs: 2476, lut: 36, carry: 3 },
      { width: 8, delayPs: 3786, lut: 182, carry: 10 },
      { width: 16, delayPs: 6329, lut: 765, carry: 24 },
      { width: 24, delayPs: 8451, lut: 1714, carry: 39 },
    ],
  },
};
