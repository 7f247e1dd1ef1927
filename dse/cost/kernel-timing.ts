import type { NetworkPlan } from "../../backend-hls/index.ts";
import { CompilerBug } from "../../ir/index.ts";

/** How a planned kernel paces: cycles between iterations, and of one iteration from its start to its end. */
interface KernelTiming {
  readonly ii: number;
  readonly depth: number;
}

/** The timing of every kernel of a plan, by name. */
export type Timings = (kernel: string) => KernelTiming;

/** Reads intervals and depths off a plan. */
export function timingsOf(plan: NetworkPlan): Timings {
  const known = new Map(
    plan.kernels.map(({ name, scheduled: { schedule } }) => [
      name,
      { ii: schedule.ii, depth: schedule.depthCycles },
    ]),
  );
  return (kernel) => {
    const found = known.get(kernel);
    if (found === undefined) throw new CompilerBug(`the plan has no kernel ${kernel}`);
    return found;
  };
}
