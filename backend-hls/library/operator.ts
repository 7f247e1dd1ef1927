/** An operator as far as timing and area go. */
export type Operator =
  | { readonly kind: "add" | "sub"; readonly width: number }
  /** Signed; the product has `leftBits + rightBits`. */
  | { readonly kind: "mul"; readonly leftBits: number; readonly rightBits: number }
  | { readonly kind: "and" | "or" | "xor" | "not"; readonly width: number }
  /** One of `ways` values (2 unless stated) by a binary selector. */
  | { readonly kind: "mux"; readonly width: number; readonly ways?: number }
  | { readonly kind: "eq" | "lt"; readonly width: number }
  /** By a variable amount; by a constant one it is a wire. */
  | { readonly kind: "shift"; readonly width: number }
  /** Extraction, concatenation, replication, constants. */
  | { readonly kind: "wire" }
  | {
      readonly kind: "ram-read" | "ram-write";
      readonly style: MemoryStyle;
      readonly depth: number;
      readonly width: number;
    }
  | { readonly kind: "rom"; readonly style: MemoryStyle; readonly depth: number; readonly width: number };

type MemoryStyle = "block" | "distributed";

/**
 * Timing in the words of a scheduling problem's operator type, and area.
 *
 * A latency above what the operator needs without a clock in mind is a promise that the hardware
 * generator keeps by placing that many registers inside (RATIONALE.md).
 */
export interface Characteristics {
  readonly latencyCycles: number;
  readonly inputDelayPs: number;
  readonly outputDelayPs: number;
  readonly area: Area;
}

export interface Area {
  readonly lut: number;
  readonly ff: number;
  readonly dsp: number;
  /** Carry cells as the family has them: CARRY4, CARRY8, CCU2C, SB_CARRY. */
  readonly carry: number;
}

export const NO_AREA: Area = { lut: 0, ff: 0, dsp: 0, carry: 0 };
