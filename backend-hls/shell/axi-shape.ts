import type { PortSpec } from "../../ir/index.ts";

/** The sizes of one AXI master and of the requests that drive it. */
export interface AxiShape {
  readonly addressBits: number;
  readonly dataBits: number;
  /** Beats of the longest burst: a power of two from 2 to 256. */
  readonly maxBurst: number;
  /** Bits of a request's number of beats. */
  readonly lengthBits: number;
}

/** Bits of a byte's place in a beat. */
export function beatShift(shape: { readonly dataBits: number }): number {
  return Math.log2(shape.dataBits / 8);
}

/** `a40_d512_b64_l20`: what makes the name of a module of this shape unique. */
export function shapeName(shape: AxiShape): string {
  return `a${String(shape.addressBits)}_d${String(shape.dataBits)}_b${String(shape.maxBurst)}_l${String(shape.lengthBits)}`;
}

/** Clock, synchronous reset. */
export const clockAndReset: readonly PortSpec[] = [
  { name: "clk", width: "clock" },
  { name: "rst", width: 1 },
];
