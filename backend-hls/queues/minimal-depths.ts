import { type NetworkPlan, type PlannedStream, withDepths } from "../network/plan-network.ts";

/** Cycles of some steps of a plan, one after the other; the last is undefined where the plan stands still. */
export type StepCosts = (plan: NetworkPlan) => Iterable<number | undefined>;

/** What is known of a plan before queues are made shallower. */
export interface DepthGround {
  /** Credits of each queue that were out at once, at most, in a replay of the same steps: that deep a queue holds nothing up. */
  readonly mostUsed: ReadonlyMap<string, number>;
  readonly costs: StepCosts;
}

/**
 * Least depths of all queues with which the steps of `costs` take no cycle more: first what a replay of the schedule has in use,
 * then queue by queue, those with the most bits first, the least depth that costs nothing given the others'. A queue is never
 * slower for being deeper, so no queue can then be shallower by itself; a memory that takes bursts in another order can make that
 * untrue by some cycles (`bench/queues.ts` measures).
 */
export function minimalDepths(
  plan: NetworkPlan,
  { mostUsed, costs }: DepthGround,
): ReadonlyMap<string, number> {
  const depths = new Map<string, number>();
  for (const stream of plan.streams.values()) {
    const used = isFedByKernel(plan, stream) ? (mostUsed.get(stream.name) ?? stream.depth) : stream.depth;
    depths.set(stream.name, Math.min(stream.depth, Math.max(1, used)));
  }
  const wanted = [...costs(withDepths(plan, depths))];
  const isFree = (name: string, depth: number): boolean =>
    isAtMost(costs(withDepths(plan, new Map([...depths, [name, depth]]))), wanted);
  for (const stream of queuesBySize(plan, depths)) {
    const high = depths.get(stream.name) ?? stream.depth;
    depths.set(
      stream.name,
      leastFree(floorOf(plan, stream), high, (depth) => isFree(stream.name, depth)),
    );
  }
  return depths;
}

/** Burst engines reserve room long before they fill it: nothing is known of their credits. */
function isFedByKernel({ bursts, outside }: NetworkPlan, { value }: PlannedStream): boolean {
  return (
    !outside.includes(value) &&
    bursts.every(({ data, done, kind }) => done !== value && (kind === "write" || data !== value))
  );
}

/** The least free number from `low` to `high`, which is free: most queues need all they have, or next to nothing. */
function leastFree(low: number, high: number, isFree: (depth: number) => boolean): number {
  if (low === high || !isFree(high - 1)) return high;
  if (isFree(low)) return low;
  let [taken, free] = [low, high - 1];
  while (free - taken > 1) {
    const middle = Math.floor((taken + free) / 2);
    if (isFree(middle)) free = middle;
    else taken = middle;
  }
  return free;
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

/** Whether no step takes longer; those behind one that does are not looked at. */
function isAtMost(found: Iterable<number | undefined>, wanted: readonly (number | undefined)[]): boolean {
  let step = 0;
  for (const cycles of found) {
    if (cycles === undefined || cycles > (wanted[step] ?? 0)) return false;
    step += 1;
  }
  return true;
}
