import { at, CompilerBug } from "../../ir/index.ts";
import type { DeviceCapabilities } from "../device.ts";

/** What a scheduler keeps to; where there are several accelerators, for each of them. */
export interface SchedulerLimits {
  /** Rows of a step. */
  readonly rows: number;
  /** Sequences that run at once. */
  readonly sequences: number;
  /** Positions of a KV block. */
  readonly blockSize: number;
  /** Positions that a token sees, itself included, where no layer sees more; undefined: all. */
  readonly window: number | undefined;
  /** Rows of one sequence in a step (vLLM: `long_prefill_token_threshold`). */
  readonly chunk: number;
  /** `fcfs`: first come, first served; `priority`: by the request's priority, then so. */
  readonly policy: "fcfs" | "priority";
  /** Whether blocks of earlier sequences are found again. */
  readonly prefixCaching: boolean;
  /** `recompute`: who is preempted computes anew; `swap`: its blocks go to the host's memory while there is room. */
  readonly preemption: "recompute" | "swap";
  /**
   * `paged`: blocks as tokens come; `reserved`: those of the longest sequence at once, never shared, never given back early: what
   * contiguous caches do, for comparison.
   */
  readonly allocation: "paged" | "reserved";
  /** Positions of a sequence, at most. */
  readonly maxContext: number;
}

/** The first position that the token at `position` sees. */
export function firstVisible(position: number, window: number | undefined): number {
  return window === undefined ? 0 : Math.max(0, position - window + 1);
}

/** What is asked for, within what every device can take. */
export function limitsOf(
  devices: readonly DeviceCapabilities[],
  options: Partial<SchedulerLimits>,
): SchedulerLimits {
  const { rows, sequences, blockSize, maxContext } = at(devices, 0);
  for (const other of devices)
    if (other.rows !== rows || other.blockSize !== blockSize || other.maxContext !== maxContext)
      throw new CompilerBug("accelerators that work together have the same capabilities");
  const { window, chunk = rows, policy = "fcfs", preemption = "recompute", allocation = "paged" } = options;
  return {
    rows: Math.min(rows, options.rows ?? rows),
    sequences: Math.min(sequences, options.sequences ?? sequences),
    chunk: Math.min(rows, chunk),
    prefixCaching: allocation === "paged" && options.prefixCaching !== false,
    ...{ blockSize, maxContext, window, policy, preemption, allocation },
  };
}
