import { at } from "../../ir/index.ts";
import type { Exploration } from "../search/explore.ts";
import { budgetOf, needsOf } from "../search/resources.ts";
import { designName } from "../space/space.ts";
import { rounded } from "./rounded.ts";

/** What more of one resource would give. */
export interface Sensitivity {
  readonly resource: string;
  readonly more: number;
  readonly available: number;
  /** How much better the objective is, as a part of the chosen design's. */
  readonly gain: number;
  readonly design: string;
  readonly evidence: string;
}

/** Gains below this are not told. */
const LEAST_GAIN = 0.005;

/** For each resource the least more of it that lets a better design fit which nothing else keeps out. */
export function sensitivity({ request, points, chosen }: Exploration): readonly Sensitivity[] {
  const best = at(points, chosen);
  const budget = budgetOf(request.device, request.limits);
  const found = new Map<string, Sensitivity>();
  for (const { design, figures, value, evidence } of points) {
    const gain = 1 - value / best.value;
    if (gain < LEAST_GAIN) continue;
    const [need, ...others] = needsOf(budget, design, { cells: figures.cells, memoryBytes: 0 }).filter(
      ({ needed, available }) => needed > available,
    );
    if (need === undefined || others.length > 0) continue;
    const more = need.needed - need.available;
    const known = found.get(need.what);
    if (known !== undefined && known.more <= more) continue;
    found.set(need.what, {
      resource: need.what,
      more,
      available: need.available,
      gain: rounded(gain),
      design: designName(request, design),
      evidence,
    });
  }
  return [...found.values()].toSorted((a, b) => b.gain - a.gain);
}
