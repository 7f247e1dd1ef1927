import { type GraphDesign, lowerGraph, planNetwork } from "../../backend-hls/index.ts";
import { type Operation, ok, present, type Result } from "../../ir/index.ts";
import { candidateKey } from "./candidates.ts";
import { closeLoops, type LoopTarget, type OptimizedLoops, openLoops } from "./optimize-loops.ts";

/** Times that schedules which turn out slower than expected are replaced. */
const ROUNDS = 5;

/**
 * {@link optimizeLoops}, checked by the scheduler: where a nest gets a larger initiation interval than the closed form expected,
 * its schedule is put aside and the next one taken; of all rounds the quickest by the scheduled intervals is the answer.
 */
export function chooseLoops(
  module: Operation,
  functionName: string,
  target: LoopTarget,
  design: GraphDesign,
): Result<OptimizedLoops> {
  const open = openLoops(module, functionName, target);
  if (open.kind === "error") return open;
  const avoided = new Map<number, Set<string>>();
  let best: Judged | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const loops = closeLoops(open.value, avoided);
    const found = loops.kind === "ok" ? judge(loops.value, functionName, target, design) : loops;
    if (found.kind === "error") return best === undefined ? found : ok(best.loops);
    if (best === undefined || found.value.cycles < best.cycles) best = found.value;
    if (found.value.slower.length === 0) break;
    for (const { nest, key } of found.value.slower)
      avoided.set(nest, (avoided.get(nest) ?? new Set<string>()).add(key));
  }
  return ok(present(best, "a round").loops);
}

/** Chosen loops with their cycles by the scheduled intervals, and the schedules that got a larger one than expected. */
interface Judged {
  readonly loops: OptimizedLoops;
  readonly cycles: number;
  readonly slower: readonly { readonly nest: number; readonly key: string }[];
}

function judge(
  loops: OptimizedLoops,
  functionName: string,
  { library, schedule }: LoopTarget,
  design: GraphDesign,
): Result<Judged> {
  const lowered = lowerGraph(loops.module, functionName, design);
  const plan = lowered.kind === "ok" ? planNetwork(lowered.value.schedule, library, schedule) : lowered;
  if (plan.kind === "error") return plan;
  const intervals = new Map(
    plan.value.kernels.map(({ name, scheduled }) => [name, scheduled.schedule.ii] as const),
  );
  const slower: { readonly nest: number; readonly key: string }[] = [];
  let cycles = 0;
  let kernel = -1;
  loops.choices.forEach(({ nest, candidate }, index) => {
    const last = loops.choices[index - 1]?.nest.node;
    if (nest.node.kind !== "statement" || last?.kind !== "statement") kernel += 1; // statements that stand together are one kernel
    if (candidate === undefined) return;
    const ii = present(intervals.get(`nest${String(kernel)}`), "the kernel of a nest");
    cycles += ii * candidate.iterations;
    if (ii > candidate.ii) slower.push({ nest: index, key: candidateKey(candidate) });
  });
  return ok({ loops, cycles, slower });
}
