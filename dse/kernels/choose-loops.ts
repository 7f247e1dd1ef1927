import { type GraphDesign, lowerGraph, type NetworkPlan, planNetwork } from "../../backend-hls/index.ts";
import { at, type Operation, type Result } from "../../ir/index.ts";
import { candidateKey } from "./candidates.ts";
import { type LoopTarget, type NestChoice, type OptimizedLoops, optimizeLoops } from "./optimize-loops.ts";

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
  const avoided = new Map<number, Set<string>>();
  let best: { readonly cycles: number; readonly loops: OptimizedLoops } | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const loops = optimizeLoops(module, functionName, target, avoided);
    if (loops.kind === "error") return loops;
    const plan = planOf(loops.value.module, functionName, target, design);
    if (plan.kind === "error") return best === undefined ? plan : { kind: "ok", value: best.loops };
    const found = judge(loops.value.choices, plan.value);
    if (best === undefined || found.cycles < best.cycles) best = { cycles: found.cycles, loops: loops.value };
    if (found.slower.length === 0 || target.schedule !== "optimized")
      return { kind: "ok", value: best.loops };
    for (const { nest, key } of found.slower)
      avoided.set(nest, (avoided.get(nest) ?? new Set<string>()).add(key));
  }
  return best === undefined ? optimizeLoops(module, functionName, target) : { kind: "ok", value: best.loops };
}

function planOf(
  module: Operation,
  functionName: string,
  { library, schedule }: LoopTarget,
  design: GraphDesign,
): Result<NetworkPlan> {
  const lowered = lowerGraph(module, functionName, design);
  return lowered.kind === "ok" ? planNetwork(lowered.value.schedule, library, schedule) : lowered;
}

/** Cycles by the scheduled intervals, and the schedules that got a larger one than expected. */
function judge(
  choices: readonly NestChoice[],
  { kernels }: NetworkPlan,
): { readonly cycles: number; readonly slower: readonly { readonly nest: number; readonly key: string }[] } {
  const slower: { readonly nest: number; readonly key: string }[] = [];
  let cycles = 0;
  let kernel = -1;
  choices.forEach(({ nest, candidate }, index) => {
    const joinsLast = nest.node.kind === "statement" && choices[index - 1]?.nest.node.kind === "statement";
    if (!joinsLast) kernel += 1; // statements outside of loops that stand together are one kernel
    if (candidate === undefined) return;
    const { ii } = at(
      kernels.filter(({ name }) => name === `nest${String(kernel)}`),
      0,
    ).scheduled.schedule;
    cycles += ii * candidate.iterations;
    if (ii > candidate.ii) slower.push({ nest: index, key: candidateKey(candidate) });
  });
  return { cycles, slower };
}
