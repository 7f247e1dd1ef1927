import { at, type FloatPrimitiveName } from "../../ir/index.ts";
import type { ScheduledKernel } from "./schedule-kernel.ts";

/** Cycles that a unit of several kernels takes longer: its operands are chosen, then held in registers. */
export const POOL_CYCLES = 1;

/** Names of the signals of a pooled unit at a kernel. */
export function unitPort(primitive: string, unit: number, signal: "y" | `a${number}`): string {
  return `u_${primitive}_${String(unit)}_${signal}`;
}

/** Units of each primitive that a scheduled kernel takes from a pool: as many as it uses in the same slot. */
export function pooledUnits({
  graph,
  schedule,
  timing,
}: ScheduledKernel): ReadonlyMap<FloatPrimitiveName, number> {
  const uses = new Map<FloatPrimitiveName, number[]>();
  if (!graph.poolsUnits) return new Map();
  for (const { id, op } of graph.nodes) {
    if (op.kind !== "float" || at(timing, id).latencyCycles === 0) continue;
    const slots = uses.get(op.primitive) ?? Array.from({ length: schedule.ii }, () => 0);
    uses.set(op.primitive, slots);
    const slot = at(schedule.start, id) % schedule.ii;
    slots[slot] = at(slots, slot) + 1;
  }
  return new Map([...uses].map(([primitive, slots]) => [primitive, Math.max(...slots)]));
}
