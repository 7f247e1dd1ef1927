/** What a scheduler keeps to. */
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
}

/** The first position that the token at `position` sees. */
export function firstVisible(position: number, window: number | undefined): number {
  return window === undefined ? 0 : Math.max(0, position - window + 1);
}
