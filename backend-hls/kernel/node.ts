import type { FloatPrimitiveName, IcmpPredicate, Span } from "../../ir/index.ts";
import type { LoopBound } from "./loop-bound.ts";

/** Two's-complement operations on operands of the result's width. */
export type BinaryOperator = "add" | "sub" | "mul" | "and" | "or" | "xor" | "shl" | "shru" | "shrs";

/** A node's place in `KernelGraph.nodes`. */
export type NodeId = number;

/**
 * A sum over loop counters and other nodes: subscripts and bounds in a form that can be reasoned about.
 * `counters[k]` is the factor of loop `k`'s counter.
 */
export interface Linear {
  readonly counters: ReadonlyMap<number, number>;
  readonly opaque: ReadonlyMap<NodeId, number>;
  readonly constant: number;
}

/** What one node does. All values are bit vectors. */
export type NodeOp =
  | { readonly kind: "constant"; readonly value: bigint }
  | { readonly kind: "counter"; readonly loop: number }
  | { readonly kind: "field"; readonly index: number }
  | { readonly kind: "binary"; readonly operator: BinaryOperator }
  | { readonly kind: "compare"; readonly predicate: IcmpPredicate }
  | { readonly kind: "select" }
  /** Sign-extends. */
  | { readonly kind: "extend" }
  | { readonly kind: "slice"; readonly low: number }
  /** Argument 0 in the low bits. */
  | { readonly kind: "join" }
  | { readonly kind: "float"; readonly primitive: FloatPrimitiveName }
  /** Arguments: the address in the bank, where a bank has more than one word. `subscripts` are kept for dependence analysis. */
  | {
      readonly kind: "load";
      readonly array: number;
      readonly bank: number;
      readonly subscripts: readonly Linear[];
    }
  /** Arguments: the value, then the address as for a load. */
  | {
      readonly kind: "store";
      readonly array: number;
      readonly bank: number;
      readonly subscripts: readonly Linear[];
    }
  | { readonly kind: "read"; readonly stream: number }
  | { readonly kind: "write"; readonly stream: number }
  | { readonly kind: "done"; readonly stream: number };

/** One operation of an iteration. */
export interface KernelNode {
  readonly id: NodeId;
  readonly op: NodeOp;
  readonly args: readonly NodeId[];
  readonly width: number;
  /** The 1-bit node that must be 1 for the effect to happen; absent: always. */
  readonly predicate: NodeId | undefined;
  readonly span: Span;
}

/** A loop of the nest, outermost first. */
export interface KernelLoop {
  readonly name: string;
  readonly from: number;
  readonly step: number;
  readonly trip:
    | { readonly kind: "constant"; readonly count: number }
    | {
        readonly kind: "field";
        readonly index: number;
        readonly max: number /** Fewest trips, where a guard tells (otherwise 1). */;
        readonly min?: number;
      }
    /** The least of bounds by counters of outer loops (a triangular nest); where it is less than 1, one iteration passes that does nothing. */
    | {
        readonly kind: "affine";
        readonly bounds: readonly LoopBound[];
        readonly min: number;
        readonly max: number;
      };
}

/** Most iterations of a loop each time it is entered. */
export function mostTrips({ trip }: KernelLoop): number {
  return trip.kind === "constant" ? trip.count : trip.max;
}

/** Fewest iterations of a loop each time it is entered, by a command that has any. */
export function fewestTrips({ trip }: KernelLoop): number {
  if (trip.kind === "constant") return trip.count;
  return trip.kind === "field" ? (trip.min ?? 1) : trip.min;
}

/** An array that the kernel touches. */
export interface KernelArray {
  readonly name: string;
  readonly shape: readonly number[];
  readonly width: number;
  readonly storage: ArrayStorage | undefined;
  /** Argument of the kernel where it is shared with other kernels. */
  readonly shared: number | undefined;
  /** Cyclic factor per dimension, where it is given. */
  readonly partition: readonly number[] | undefined;
}

/** Flip-flops, distributed RAM (read at once), block RAM (read in a cycle). */
export type ArrayStorage = "reg" | "lut" | "block";

/** How an array is built: dimension `k` is dealt out to `factors[k]` banks in turn. */
export interface ArrayLayout {
  readonly factors: readonly number[];
  /** Words that each dimension takes within a bank. */
  readonly words: readonly number[];
  readonly banks: number;
  /** Words of one bank. */
  readonly depth: number;
  readonly storage: ArrayStorage;
  /** Most cells of a bank that a kernel reads in the same cycle. */
  readonly readPorts: number;
}

/** A stream that the kernel reads or writes; `argument` is its place among the kernel's operands. */
export interface KernelStream {
  readonly name: string;
  readonly argument: number;
  readonly width: number;
}

/** One kernel: a perfect nest and the dataflow graph of one iteration. */
export interface KernelGraph {
  readonly name: string;
  readonly loops: readonly KernelLoop[];
  /** Cycles between iterations that are enough (directive `ii`): units may be shared within them. */
  readonly targetIi: number;
  /** Whether its float units stand outside, shared with kernels that never run at the same time. */
  readonly poolsUnits: boolean;
  /** Widths of the command's fields, field 0 in the low bits. */
  readonly fields: readonly number[];
  readonly command: KernelStream;
  readonly streams: readonly KernelStream[];
  readonly arrays: readonly KernelArray[];
  readonly layouts: readonly ArrayLayout[];
  /** Topological order; effects of one array in program order. */
  readonly nodes: readonly KernelNode[];
}

/** Whether the node does something beside giving a value. */
export function hasEffect(node: KernelNode): boolean {
  return (
    node.op.kind === "store" || node.op.kind === "read" || node.op.kind === "write" || node.op.kind === "done"
  );
}
