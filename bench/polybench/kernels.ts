import type { PolybenchKernel } from "./kernel.ts";
import { twoMatrixProducts } from "./kernels/2mm.ts";
import { threeMatrixProducts } from "./kernels/3mm.ts";
import { atax } from "./kernels/atax.ts";
import { bicg } from "./kernels/bicg.ts";
import { correlation } from "./kernels/correlation.ts";
import { gemm } from "./kernels/gemm.ts";
import { gesummv } from "./kernels/gesummv.ts";
import { jacobi2d } from "./kernels/jacobi-2d.ts";
import { mvt } from "./kernels/mvt.ts";
import { seidel2d } from "./kernels/seidel-2d.ts";
import { symm } from "./kernels/symm.ts";
import { syr2k } from "./kernels/syr2k.ts";
import { syrk } from "./kernels/syrk.ts";
import { trmm } from "./kernels/trmm.ts";

/** The kernels of PolyBench/C 4.2 that are compiled and measured. */
export const POLYBENCH: readonly PolybenchKernel[] = [
  twoMatrixProducts,
  threeMatrixProducts,
  atax,
  bicg,
  correlation,
  gemm,
  gesummv,
  jacobi2d,
  mvt,
  seidel2d,
  symm,
  syr2k,
  syrk,
  trmm,
];
