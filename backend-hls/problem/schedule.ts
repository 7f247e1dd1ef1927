import type { OperationId } from "./problem.ts";
import type { Violation } from "./violation.ts";

/** When each operation of one iteration starts; a new iteration starts every `ii` cycles. */
export interface Schedule {
  readonly kind: "schedule";
  readonly ii: number;
  /** Start cycle by operation id. */
  readonly start: readonly number[];
  /** Place within the start cycle, in picoseconds, by operation id. */
  readonly startPs: readonly number[];
  /**
   * Cycles in which one iteration is in flight: the largest `start + max(latency, 1)`, at least 1.
   * A loop of n iterations takes `(n - 1) * ii + depthCycles` cycles.
   */
  readonly depthCycles: number;
  /** Why `ii` is not smaller. */
  readonly bound: Bound;
}

/** What holds the initiation interval up. */
export type Bound =
  | RecurrenceBound
  | ResourceBound
  /** Each bound alone would allow less, but no schedule that meets both at once was found. */
  | { readonly kind: "combined"; readonly bounds: readonly (RecurrenceBound | ResourceBound)[] }
  /** The interval is 1, or as large as was asked for. */
  | { readonly kind: "none" };

/** A cycle of dependences: one trip around it takes `cycles` and reaches `distance` iterations on. */
export interface RecurrenceBound {
  readonly kind: "recurrence";
  /** In the order of the dependences; the last one feeds the first. */
  readonly ops: readonly OperationId[];
  readonly cycles: number;
  readonly distance: number;
}

/** More starts per iteration than units per cycle. */
export interface ResourceBound {
  readonly kind: "resource";
  readonly name: string;
  readonly uses: number;
  readonly units: number;
}

/** There is no schedule, or none was found within the limits that were given. */
export interface Infeasible {
  readonly kind: "infeasible";
  readonly reason: Bound | { readonly kind: "invalid"; readonly violations: readonly Violation[] };
  /** A sentence for a report, with the names and numbers of the reason. */
  readonly message: string;
}

export type SolveResult = Schedule | Infeasible;
