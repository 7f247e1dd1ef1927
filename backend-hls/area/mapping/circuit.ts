import type { Literal, LogicNetwork } from "./logic-network.ts";
import type { Word } from "./word.ts";

/** One bit of a register. */
export interface RegisterBit {
  readonly kind: "register";
  /** Number of the bit in its module: the same in every reading. */
  readonly key: number;
  /** Number of the register that it belongs to, and its place there. */
  readonly word: number;
  readonly place: number;
  readonly output: Literal;
  readonly input: Literal;
  /** TRUE where it loads always. */
  readonly enable: Literal;
  /** FALSE where it has no reset. */
  readonly reset: Literal;
  readonly resetValue: boolean;
}

/** A carry chain: bit `i` of the result needs bits up to `i` of both operands. */
export interface Sum {
  readonly kind: "sum";
  readonly key: number;
  /** Bits of the result below the first of the chain. */
  readonly low: number;
  readonly outputs: Word;
  readonly left: Word;
  readonly right: Word;
  readonly carryIn: Literal;
}

/** A comparison on a carry chain of a family whose chains take any propagate and generate: the last carry is the result. */
interface Comparison {
  readonly kind: "comparison";
  readonly output: Literal;
  readonly propagate: Word;
  readonly generate: Word;
}

/** A product in one hard block; operands are signed. */
interface Product {
  readonly kind: "product";
  readonly key: number;
  /** Bits of the result below the first that is made: zeros. */
  readonly low: number;
  readonly outputs: Word;
  readonly left: Word;
  readonly right: Word;
}

/** A product in lookup tables. */
export interface SoftProduct extends Omit<Product, "kind"> {
  readonly kind: "soft-product";
}

/** A memory with write ports. */
export interface Memory {
  readonly kind: "memory";
  readonly depth: number;
  readonly width: number;
  readonly style: "distributed" | "block" | "ultra";
  readonly reads: readonly { readonly outputs: Word; readonly inputs: Word }[];
  readonly writes: Word;
  /** Register bits more than the module says: synthesis doubles an address register in front of an unclocked read, and a block takes in the one behind it. */
  readonly extraRegisters: number;
}

/** What logic does not make. */
export type Part = RegisterBit | Sum | Comparison | Product | SoftProduct | Memory;

/** A module as synthesis sees it: logic between parts. */
export interface Circuit {
  readonly logic: LogicNetwork;
  readonly parts: readonly Part[];
  /** What leaves the module or goes into one inside it. */
  readonly roots: readonly Literal[];
}

/** What earlier readings of a module have found out. */
export interface Knowledge {
  /** Register bits that are constant, or always equal to another bit. */
  readonly registers: Map<number, { readonly constant: boolean } | { readonly same: number }>;
  /** Result bits that are used of a sum or product: those above are not made. */
  readonly widths: Map<number, number>;
}

/** How a family makes arithmetic. */
export interface ArithmeticFamily {
  /** Inputs of a lookup table. */
  readonly tableInputs: number;
  /** Sums up to this width become logic. */
  readonly shortSum: number;
  /** Whether comparisons are propagate and generate pairs on a chain, else differences. */
  readonly comparesInTables: boolean;
  /** Hard multipliers. */
  readonly multiplier: MultiplierRule | undefined;
}

/** When a product goes into hard blocks, and how it is split between several (Yosys `mul2dsp`). */
export interface MultiplierRule {
  readonly left: number;
  readonly right: number;
  /** Bits of a piece of an operand that is too wide, sign among them. */
  readonly piece: number;
  /** Fewer result bits stay in tables. */
  readonly leastResult: number;
  /** Whether the block's registers and adder take in those around it. */
  readonly absorbs: boolean;
  /** Whether the blocks multiply signed numbers alone. */
  readonly signedOnly: boolean;
}
