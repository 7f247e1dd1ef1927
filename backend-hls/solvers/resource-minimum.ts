import { at } from "../../ir/index.ts";
import type { Graph } from "../problem/graph.ts";
import type { ResourceBound } from "../problem/schedule.ts";

/** The smallest interval that all resources allow (ResMII), and the resource that needs it. */
export interface ResourceMinimum {
  readonly ii: number;
  /** Absent when every resource fits an interval of 1. */
  readonly bound: ResourceBound | undefined;
}

/** ResMII: uses of a resource in an iteration over its units, rounded up. */
export function findResourceMinimum({ problem, resource }: Graph): ResourceMinimum {
  const uses = new Int32Array(problem.resources.length);
  for (const index of resource) if (index >= 0) uses[index] = at(uses, index) + 1;
  let minimum: ResourceMinimum = { ii: 1, bound: undefined };
  problem.resources.forEach(({ name, units }, index) => {
    const ii = Math.ceil(at(uses, index) / units);
    if (ii > minimum.ii) minimum = { ii, bound: { kind: "resource", name, uses: at(uses, index), units } };
  });
  return minimum;
}
