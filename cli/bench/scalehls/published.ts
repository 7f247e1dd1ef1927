/** A kernel of ScaleHLS's table: arrays on chip, 4096 in every dimension, XC7Z020 at 100 MHz. */
export interface ScaleHlsKernel {
  readonly name: string;
  /** Loops in each other: iterations are N to this power, triangles counted as squares. */
  readonly depth: number;
  /** Iterations side by side, and the initiation interval of each such block. */
  readonly lanes: number;
  readonly ii: number;
  /** Cycles per iteration of the same program without directives. */
  readonly baseline: number;
  /** f32 multipliers, and adders, of ours at most: what fits the device with the banks that they need. */
  readonly macs: number;
}

/** Where the figures come from. */
export const SCALEHLS_SOURCE =
  "ScaleHLS (HPCA 2022), Table III: tiles and intervals of samples/polybench/*/*_4096_dse.cpp, an estimate of C synthesis with 64 MiB arrays on chip";

/** The kernels of Table III. */
export const SCALEHLS_KERNELS: readonly ScaleHlsKernel[] = [
  { name: "bicg", depth: 2, lanes: 128, ii: 43, baseline: 14, macs: 46 },
  { name: "gemm", depth: 3, lanes: 128, ii: 3, baseline: 18, macs: 46 },
  { name: "gesummv", depth: 2, lanes: 128, ii: 9, baseline: 14, macs: 46 },
  { name: "syr2k", depth: 3, lanes: 128, ii: 8, baseline: 24, macs: 43 },
  { name: "syrk", depth: 3, lanes: 64, ii: 3, baseline: 18, macs: 24 },
  { name: "trmm", depth: 3, lanes: 512, ii: 13, baseline: 15, macs: 24 },
];
