import { createOperatorLibrary } from "../../backend-hls/index.ts";
import { ok, type Result } from "../../ir/index.ts";
import type { Candidate, UnitLimits } from "./candidates.ts";
import type { OpenNest } from "./choose-schedules.ts";
import { unitLimitsOf } from "./default-limits.ts";
import type { KernelExploreRequest } from "./kernel-request.ts";
import { closeLoops, openLoops } from "./optimize-loops.ts";

/** A budget of float units with the closed form's view of it. */
export interface Draft {
  readonly budget: number;
  /** Cycles of the loops that are quickest in closed form. */
  readonly searched: number;
  /** Cycles below which no loops within the budget go: each nest's least iterations times interval, by itself. */
  readonly least: number;
  /** Combinations of orders, tiles and lanes of all nests. */
  readonly space: number;
}

/** Looks at every order, tile and number of lanes within a budget. */
export function draftOf(request: KernelExploreRequest, budget: number): Result<Draft> {
  const { module, functionName, device, clockMhz, schedule } = request;
  const library = createOperatorLibrary(device.family, clockMhz);
  const open = openLoops(module, functionName, { library, limits: limitsAt(request, budget), schedule });
  if (open.kind === "error") return open;
  const closed = closeLoops(open.value);
  if (closed.kind === "error") return closed;
  const { nests } = open.value;
  return ok({
    budget,
    searched: sum(closed.value.choices.map(({ candidate, iterations }) => candidate?.cycles ?? iterations)),
    least: sum(nests.map(leastOf)),
    space: nests.reduce((product, { candidates }) => product * Math.max(1, candidates.length), 1),
  });
}

function leastOf({ candidates, iterations }: OpenNest): number {
  const own = ({ ii, iterations: count }: Candidate): number => ii * count;
  return candidates.length === 0 ? iterations : Math.min(...candidates.map(own));
}

/** Units of each kind within a budget and what a user allows. */
export function limitsAt({ device, units }: KernelExploreRequest, budget: number): UnitLimits {
  const { div = 1, sqrt = 1, exp = 1, rsqrt = 1 } = unitLimitsOf(device);
  const most = { mul: budget, add: budget, sub: budget, div, sqrt, exp, rsqrt };
  const allowed = new Map(Object.entries(units));
  return Object.fromEntries(
    Object.entries(most).map(([unit, count]) => [
      unit,
      Math.min(count, budget, allowed.get(unit) ?? Infinity),
    ]),
  );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
