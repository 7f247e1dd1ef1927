import { type NetworkPlan, type PlannedStream, withDepths } from "../network/plan-network.ts";

/** Cycles of some steps of a plan; undefined where it stands still. */
export type StepCosts = (plan: NetworkPlan) => readonly number[] | undefined;

/** What is known of a plan before queues are made shallower. */
export interface DepthGround {
  /** Credits of each queue that were out at once, at most, in a replay of the same steps: that deep a queue holds nothing up. */
  readonly mostUsed: ReadonlyMap<string, number>;
  readonly costs: StepCosts;
}

/**
 * Least depths of all queues with which the steps of `costs` take no cycle more: first what a replay of the schedule has in use,
 * then queue by queue, those with the most bits first, the least depth (by halving) that costs nothing given the others'. A queue
 * is never slower for being deeper, so no queue can then be shallower by itself; a memory that takes bursts in another order can make that
 * untrue by some cycles (`bench/queues.ts` measures).
 */
export function minimalDepths(
  plan: NetworkPlan,
  { mostUsed, costs }: DepthGround,
): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const stream of plan.streams.values())
    depths.set(
      stream.name,
      Math.min(stream.depth, Math.max(floorOf(plan, stream), mostUsed.get(stream.name) ?? 1)),
    );
  const wanted = costs(withDepths(plan, depths));
  const isFree = (name: string, depth: number): boolean =>
    isAtMost(costs(withDepths(plan, new Map([...depths, [name, depth]]))), wanted);
  for (const stream of queuesBySize(plan, depths)) {
    let [low, high] = [floorOf(plan, stream), depths.get(stream.name) ?? stream.depth];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (isFree(stream.name, middle)) high = middle;
      else low = middle + 1;
    }
    depths.set(stream.name, high);
  }
  return depths;
}

/** The least depth of a queue whatever the steps: a burst engine asks for a whole burst at once. */
export function floorOf(plan: NetworkPlan, { value }: PlannedStream): number {
  const burst = plan.bursts.find(({ kind, data }) => kind === "read" && data === value);
  return burst?.maxBurst ?? 1;
}

function queuesBySize(plan: NetworkPlan, depths: ReadonlyMap<string, number>): readonly PlannedStream[] {
  const bits = ({ name, width, depth }: PlannedStream): number =>
    Math.max(1, width) * (depths.get(name) ?? depth);
  return [...plan.streams.values()].toSorted((a, b) => bits(b) - bits(a));
}

function isAtMost(found: readonly number[] | undefined, wanted: readonly number[] | undefined): boolean {
  return (
    found !== undefined &&
    wanted !== undefined &&
    found.every((cycles, step) => cycles <= (wanted[step] ?? 0))
  );
}
