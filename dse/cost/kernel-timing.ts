import type { NetworkPlan } from "../../backend-hls/index.ts";

/** How a planned kernel paces: cycles between iterations, and of one iteration from its start to its end. */
export interface KernelTiming {
  readonly ii: number;
  readonly depth: number;
}

/** The timing of every kernel of a plan, by name. */
export type Timings = (kernel: string) => KernelTiming;

/** Reads intervals and depths off a plan, by kernel. */
export function timingTable(plan: NetworkPlan): Readonly<Record<string, KernelTiming>> {
  return Object.fromEntries(
    plan.kernels.map(({ name, scheduled: { schedule } }) => [
      name,
      { ii: schedule.ii, depth: schedule.depthCycles },
    ]),
  );
}

/** Looks timings up; a kernel that a design's number formats do without takes no time. */
export function timingsOf(table: Readonly<Record<string, KernelTiming>>): Timings {
  return (kernel) => table[kernel] ?? { ii: 0, depth: 0 };
}
