/** Cycles that a published system needs for a kernel of PolyBench-medium, f32; DSPs where they are known. */
interface PublishedCycles {
  readonly cycles: number;
  readonly dsp?: number;
}

/** Published figures of one kernel by system. All are estimates of C synthesis, arrays preloaded on chip. */
type PublishedKernel = Readonly<Record<string, PublishedCycles>>;

/** Where the figures come from. */
export const PUBLISHED_SOURCE =
  "C synthesis: Allo, ScaleHLS, HeteroCL, Dahlia, PyLog, Vitis HLS from Allo's artifact (PLDI 2024, U280, 3.33 ns); Allo again, Stream-HLS, HIDA from CODO's artifact (U280, 5 ns)";

const SYSTEMS = ["allo", "scalehls", "heterocl", "dahlia", "pylog", "vitis"] as const;

/** The columns of Allo's artifact, in the order of {@link SYSTEMS}. */
const ALLO_ARTIFACT: Readonly<Record<string, readonly number[]>> = {
  "2mm": [194_006, 245_497, 482_790, 105.4e6, 15.02e6, 111.7e6],
  "3mm": [222_987, 266_064, 467_175, 162.4e6, 23.6e6, 182.4e6],
  atax: [3224, 19_385, 30_382, 1.46e6, 1.128e6, 1.46e6],
  bicg: [1651, 17_707, 2885, 1.136e6, 1.133e6, 1.28e6],
  correlation: [498_690, 144.87e6, 8.436e6, 107e6, 106.2e6, 106.6e6],
  gemm: [239_025, 352_961, 236_036, 23.09e6, 10.61e6, 31.73e6],
  gesummv: [1521, 6286, 1793, 449_001, 64_280, 500_035],
  "jacobi-2d": [58_801, 10.77e6, 1.259e6, 64.43e6, 38.79e6, 64.63e6],
  mvt: [3207, 5021, 4822, 4.507e6, 2.251e6, 2.266e6],
  symm: [508_005, 182.4e6, 14.46e6, 71.62e6, 251.2e6, 71.47e6],
  syr2k: [296_183, 433.9e6, 1.158e6, 36.88e6, 244e6, 243e6],
  syrk: [293_543, 433.9e6, 1.158e6, 25.02e6, 244e6, 243e6],
  trmm: [486_011, 38.4e6, 965_036, 241.1e6, 412.8e6, 412.8e6],
};

/** The same kernels in CODO's artifact: Allo built anew, with its DSPs, and two more systems. */
const CODO_ARTIFACT: Readonly<Record<string, PublishedKernel>> = {
  gemm: {
    allo_codo: { cycles: 238_620, dsp: 285 },
    stream_hls: { cycles: 70_496, dsp: 834 },
    hida: { cycles: 176_924, dsp: 328 },
  },
  "3mm": {
    allo_codo: { cycles: 188_552, dsp: 614 },
    stream_hls: { cycles: 136_836, dsp: 653 },
    hida: { cycles: 335_204, dsp: 665 },
  },
  atax: {
    allo_codo: { cycles: 4909, dsp: 403 },
    stream_hls: { cycles: 2249, dsp: 752 },
    hida: { cycles: 129_494, dsp: 258 },
  },
  gesummv: {
    allo_codo: { cycles: 1521, dsp: 393 },
    stream_hls: { cycles: 1309, dsp: 542 },
    hida: { cycles: 6273, dsp: 181 },
  },
  mvt: {
    allo_codo: { cycles: 3207, dsp: 4000 },
    stream_hls: { cycles: 2170, dsp: 801 },
    hida: { cycles: 10_043, dsp: 162 },
  },
};

/** Published figures of a kernel at medium size; empty where there are none. */
export function publishedOf(kernel: string): PublishedKernel {
  const columns = ALLO_ARTIFACT[kernel] ?? [];
  const systems = columns.flatMap((cycles, index) => {
    const system = SYSTEMS[index];
    if (system === undefined) return [];
    return [[system, { cycles }] as const];
  });
  return { ...Object.fromEntries(systems), ...CODO_ARTIFACT[kernel] };
}

/**
 * The cycles that a row is compared with: Allo's artifact; for atax its build in CODO's artifact, which is the one whose DSPs
 * the table's budget comes from.
 */
export function baselineOf(kernel: string): number | undefined {
  const { allo, allo_codo: again } = publishedOf(kernel);
  return kernel === "atax" ? again?.cycles : allo?.cycles;
}
