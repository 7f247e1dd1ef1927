import {
  createOperatorLibrary,
  type GraphRequest,
  type PlannedGraph,
  planGraph,
} from "../../backend-hls/index.ts";
import { at, ok, present, type Result } from "../../ir/index.ts";
import { candidateKey, type UnitLimits } from "./candidates.ts";
import type { NestChoice } from "./choose-schedules.ts";
import { kernelNames } from "./nest-kernels.ts";
import { closeLoops, type LoopTarget, type OptimizedLoops, openLoops } from "./optimize-loops.ts";

/** Times that schedules which turn out slower than expected are replaced. */
const ROUNDS = 5;

/**
 * The loops of a function chosen ({@link closeLoops}) and planned, checked by the scheduler: where a nest gets a larger initiation
 * interval than the closed form expected, its schedule is put aside and the next one taken; of all rounds the quickest by the
 * scheduled intervals is the answer.
 */
export function chooseLoops(request: GraphRequest, limits: UnitLimits): Result<PlannedGraph> {
  const chosen = planLoops(request, limits);
  return chosen.kind === "ok" ? ok(chosen.value.planned) : chosen;
}

/** The same with what was decided about every nest. */
export function planLoops(
  request: GraphRequest,
  limits: UnitLimits,
  lanesOf?: LoopTarget["lanesOf"],
): Result<ChosenLoops> {
  const { module, functionName, device, clockMhz, schedule } = request;
  const library = createOperatorLibrary(device.family, clockMhz);
  const open = openLoops(module, functionName, { library, limits, schedule, lanesOf });
  if (open.kind === "error") return open;
  const avoided = new Map<number, Set<string>>();
  let best: Judged | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const loops = closeLoops(open.value, avoided);
    const found = loops.kind === "ok" ? judge(loops.value, request) : loops;
    if (found.kind === "error") return best === undefined ? found : ok(best);
    if (best === undefined || found.value.cycles < best.cycles) best = found.value;
    if (found.value.slower.length === 0) break;
    for (const { nest, key } of found.value.slower)
      avoided.set(nest, (avoided.get(nest) ?? new Set<string>()).add(key));
  }
  return ok(present(best, "a round"));
}

/** A plan with its loops, and its cycles by the scheduled intervals. */
export interface ChosenLoops {
  readonly planned: PlannedGraph;
  readonly choices: readonly NestChoice[];
  readonly cycles: number;
}

/** With the schedules that got a larger interval than expected. */
interface Judged extends ChosenLoops {
  readonly slower: readonly { readonly nest: number; readonly key: string }[];
}

/** Plans chosen loops and compares the intervals with what was expected. */
export function judge({ module, choices }: OptimizedLoops, request: GraphRequest): Result<Judged> {
  const planned = planGraph({ ...request, module });
  if (planned.kind === "error") return planned;
  const intervals = new Map(
    planned.value.network.kernels.map(({ name, scheduled }) => [name, scheduled.schedule.ii] as const),
  );
  const slower: { readonly nest: number; readonly key: string }[] = [];
  const names = kernelNames(choices.map(({ nest }) => nest));
  let cycles = 0;
  choices.forEach(({ candidate, iterations }, index) => {
    const ii = present(intervals.get(at(names, index)), "the kernel of a nest");
    cycles += ii * iterations;
    if (candidate !== undefined && ii > candidate.ii)
      slower.push({ nest: index, key: candidateKey(candidate) });
  });
  return ok({ planned: planned.value, choices, cycles, slower });
}
