/** Index of a node in a netlist. */
export type NodeId = number;

/** The combinational operations of a netlist: `comb` without its dialect name. */
export type FlatOperator =
  | "add"
  | "sub"
  | "mul"
  | "and"
  | "or"
  | "xor"
  | "shl"
  | "shru"
  | "shrs"
  | "icmp"
  | "mux"
  | "extract"
  | "concat"
  | "replicate";

/** A combinational operation. `parameter` is the predicate of icmp or the low bit of extract, else 0. */
export interface FlatOperation {
  readonly kind: "operation";
  readonly width: number;
  readonly operator: FlatOperator;
  readonly operands: readonly NodeId[];
  readonly parameter: number;
}

/** A synchronous reset: where `when` is 1 at the edge, the register takes `value`. */
interface FlatReset {
  readonly when: NodeId;
  readonly value: NodeId;
}

/** A register: state that changes at the clock edge. */
export interface FlatRegister {
  readonly kind: "register";
  readonly width: number;
  readonly path: string;
  readonly next: NodeId;
  readonly enable: NodeId | undefined;
  readonly reset: FlatReset | undefined;
}

/** A read port: with latency 0 combinational, with latency 1 state (the word that was read at the last enabled edge). */
export interface FlatRead {
  readonly kind: "read";
  readonly width: number;
  readonly memory: number;
  readonly address: NodeId;
  readonly latency: 0 | 1;
  readonly enable: NodeId | undefined;
  readonly path: string;
}

/** One bit vector of the design. */
export type FlatNode =
  | { readonly kind: "constant"; readonly width: number; readonly value: bigint }
  | { readonly kind: "input"; readonly width: number; readonly name: string }
  | FlatOperation
  | FlatRegister
  | FlatRead;

/** A write port; ports of one memory act in their order, so that the last one wins. */
export interface FlatWrite {
  readonly address: NodeId;
  readonly enable: NodeId;
  readonly data: NodeId;
  /** One bit per equal part of the word. */
  readonly mask: NodeId | undefined;
}

/** A memory with its write ports; read ports are nodes. */
export interface FlatMemory {
  readonly path: string;
  readonly depth: number;
  readonly width: number;
  readonly init: readonly bigint[];
  readonly writes: readonly FlatWrite[];
}

/** A signal that a waveform shows: the instances above it, its name in Verilog and what it carries; undefined is the clock. */
export interface Probe {
  readonly scope: readonly string[];
  readonly name: string;
  readonly width: number;
  readonly node: NodeId | undefined;
}

/** A whole design without hierarchy. */
export interface FlatDesign {
  readonly nodes: readonly FlatNode[];
  readonly memories: readonly FlatMemory[];
  /** Port name to node. */
  readonly inputs: ReadonlyMap<string, NodeId>;
  readonly outputs: ReadonlyMap<string, NodeId>;
  /** Kept although nothing may depend on them. */
  readonly probes?: readonly Probe[];
}
