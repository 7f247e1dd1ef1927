import type { UnitLimits } from "../../../dse/index.ts";

/** Multiply-accumulates of float32 (a multiplier and an adder) that a kernel may build: what published designs spend in DSPs, at five a vendor's MAC. */
const MACS: Readonly<Record<string, number>> = {
  gemm: 57,
  "3mm": 122,
  atax: 80,
  gesummv: 78,
};

/** A stencil of four additions and one multiplication: 1,300 units. */
const JACOBI: UnitLimits = { mul: 260, add: 1040 };

const MACS_OF_OTHERS = 200;

/** The float units of a kernel's row in the table. */
export function budgetOf(kernel: string): UnitLimits {
  if (kernel === "jacobi-2d") return JACOBI;
  const macs = MACS[kernel] ?? MACS_OF_OTHERS;
  return { mul: macs, add: macs };
}
