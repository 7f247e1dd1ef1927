/** Families as Yosys names them; `ice40` is the HX line. */
export type DeviceFamily = "xc7" | "xcup" | "ecp5" | "ice40";

/** Operators whose delay and cells are measured by width; the others are wires or hard blocks. */
export type MeasuredKind = "add" | "sub" | "eq" | "lt" | "mux" | "logic" | "shift" | "mul";

/** One synthesized operator, register to register, without the launching register's clock-to-out. */
export interface MeasuredPoint {
  readonly width: number;
  readonly delayPs: number;
  readonly lut: number;
  /** Carry cells as the family has them: CARRY4, CARRY8, CCU2C, SB_CARRY. */
  readonly carry: number;
}

export interface MeasuredTable {
  readonly source: string;
  /** By operator, widths ascending. */
  readonly points: Readonly<Record<MeasuredKind, readonly MeasuredPoint[]>>;
}

/** Hard blocks and memories; all delays in picoseconds, clock-to-out from the clock edge. */
export interface BlockTable {
  readonly source: string;
  /** Of a fabric register; every path starts with it, so it is taken off the usable period. */
  readonly registerClockToOutPs: number;
  readonly lut: LutCells;
  readonly multiplier: MultiplierBlock | undefined;
  readonly blockRam: BlockRam;
  readonly distributedRam: DistributedRam;
}

/** What chained logic is packed into. */
export interface LutCells {
  /** Delay by number of used inputs, slowest pin, from one input on. */
  readonly byInputs: readonly number[];
  /** Whether the LUT in front of a carry cell is one of these (and takes in logic before the adder). */
  readonly absorbs: boolean;
  /** From the carry chain to a sum bit. */
  readonly carryLeavePs: number;
  /** Set-up of a register's synchronous reset: synthesis likes to put masks there. */
  readonly resetSetupPs: number;
}

export interface MultiplierBlock {
  /** Signed operand widths of one block, the wider one first. */
  readonly operandBits: readonly [number, number];
  /** Products narrower than this go to LUTs, as Yosys decides. */
  readonly minProductBits: number;
  /** Register configurations of the block, by number of pipeline registers, fewest first. */
  readonly pipelines: readonly MultiplierPipeline[];
}

export interface MultiplierPipeline {
  readonly latencyCycles: number;
  readonly inputDelayPs: number;
  readonly clockToOutPs: number;
  /** Longest path between two of its registers, clock-to-out included; absent when there is none. */
  readonly internalPs?: number;
}

export interface BlockRam {
  readonly bits: number;
  /** Widest port. */
  readonly maxWidth: number;
  readonly addressSetupPs: number;
  readonly dataSetupPs: number;
  /** Without and with the output register; the latter costs one cycle more. */
  readonly clockToOutPs: number;
  readonly registeredClockToOutPs: number;
}

export interface DistributedRam {
  /** Words that one cell holds. */
  readonly depth: number;
  /** LUTs per bit of one such cell. */
  readonly lutsPerBit: number;
  readonly readPs: number;
  readonly writeSetupPs: number;
  /** Each doubling of the depth beyond one cell adds a 2:1 multiplexer. */
  readonly muxPs: number;
}
