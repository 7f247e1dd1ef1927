import type { OperationId } from "./problem.ts";

/** One broken rule of a problem or of a schedule. */
export interface Violation {
  readonly rule: ViolationRule;
  /** Both ends, with numbers. */
  readonly message: string;
  /** The operations involved, for a caller that knows where they came from. */
  readonly ops: readonly OperationId[];
}

export type ViolationRule =
  | "dangling"
  | "duplicate"
  | "negative"
  | "too-slow"
  | "zero-distance-cycle"
  | "malformed-schedule"
  | "precedence"
  | "chaining"
  | "overuse"
  | "depth";
