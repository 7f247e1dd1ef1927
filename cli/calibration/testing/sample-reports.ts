/** A timing summary in Vivado's form, of two clocks. */
export function timingSummary(design: string, slack: string): string {
  return `Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.
-----------------------------------------------------------
| Tool Version : Vivado v.2022.2 (lin64) Build 3671981
| Command      : report_timing_summary -file timing.rpt
| Design       : ${design}
| Device       : xck26-sfvc784
-----------------------------------------------------------

Timing Summary Report

------------------------------------------------------------------------------------------------
| Design Timing Summary
| ---------------------
------------------------------------------------------------------------------------------------

    WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)      THS(ns)
    -------      -------  ---------------------  -------------------      -------      -------
      ${slack}        0.000                      0                  863        0.042        0.000

------------------------------------------------------------------------------------------------
| Clock Summary
| -------------
------------------------------------------------------------------------------------------------

Clock     Waveform(ns)         Period(ns)      Frequency(MHz)
-----     ------------         ----------      --------------
ap_clk    {0.000 2.000}        4.000           250.000
other     {0.000 5.000}        10.000          100.000

------------------------------------------------------------------------------------------------
| Intra Clock Table
| -----------------
------------------------------------------------------------------------------------------------

Clock             WNS(ns)      TNS(ns)  TNS Failing Endpoints  TNS Total Endpoints      WHS(ns)
-----             -------      -------  ---------------------  -------------------      -------
ap_clk              ${slack}        0.000                      0                  800        0.042
other               7.000        0.000                      0                   63        0.042

`;
}

/** Utilization in Vivado's form. */
export const UTILIZATION = `Copyright 1986-2022 Xilinx, Inc. All Rights Reserved.
| Tool Version : Vivado v.2022.2 (lin64) Build 3671981
| Command      : report_utilization -file utilization.rpt
| Design       : hidalgo

1. CLB Logic
+----------------------------+-------+-------+------------+-----------+-------+
|          Site Type         |  Used | Fixed | Prohibited | Available | Util% |
+----------------------------+-------+-------+------------+-----------+-------+
| CLB LUTs                   | 17421 |     0 |          0 |    117120 | 14.87 |
|   LUT as Logic             | 16001 |     0 |          0 |    117120 | 13.66 |
| CLB Registers              | 23456 |     0 |          0 |    234240 | 10.01 |
+----------------------------+-------+-------+------------+-----------+-------+
+-------------------+------+-------+------------+-----------+-------+
|     Site Type     | Used | Fixed | Prohibited | Available | Util% |
+-------------------+------+-------+------------+-----------+-------+
| Block RAM Tile    | 12.5 |     0 |          0 |       144 |  8.68 |
| URAM              |    0 |     0 |          0 |        64 |  0.00 |
| DSPs              |   61 |     0 |          0 |      1248 |  4.89 |
+-------------------+------+-------+------------+-----------+-------+
`;

/** A report of nextpnr-ecp5. */
export const NEXTPNR = JSON.stringify({
  fmax: { $glbnet$ap_clk: { achieved: 81.25, constraint: 75 } },
  utilization: {
    TRELLIS_COMB: { available: 83640, used: 20000 },
    TRELLIS_FF: { available: 83640, used: 9000 },
    DP16KD: { available: 208, used: 30 },
    MULT18X18D: { available: 156, used: 64 },
  },
});
