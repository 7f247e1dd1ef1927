import type { NetworkPlan, Plan } from "../../backend-hls/index.ts";
import type { Checkpoint, QuantizedModel } from "../../frontend/index.ts";
import { unreachable } from "../../ir/index.ts";
import type { JobWatch } from "../jobs/job-watch.ts";
import { subjectOf } from "./subject.ts";
import { type LoweringCheck, verifyEach } from "./verify-each.ts";

/** Steps that are executed at every level: the third one's attention reuses the place of the first block of keys. */
const STEPS = 3;

/** Checks every lowering of a compiled model on a few steps, with a line of progress for each; `seed` chooses the tokens. */
export function verifyBuild(
  model: { readonly checkpoint: Checkpoint; readonly quantized: QuantizedModel },
  compiled: { readonly plan: Plan; readonly network: NetworkPlan },
  seed: number,
  { onProgress, signal }: JobWatch,
): Promise<readonly LoweringCheck[]> {
  const { vocab, maxContext } = compiled.plan.model;
  const tokens = chooseTokens(model.checkpoint.config.bosId, vocab, Math.min(STEPS, maxContext), seed);
  onProgress?.(`checking every lowering on tokens ${tokens.join(", ")}`);
  return verifyEach(subjectOf(model.checkpoint, compiled, tokens, model.quantized), (check) => {
    onProgress?.(`  ${tellCheck(check)}`);
    signal?.throwIfAborted();
  });
}

/** The start token where there is one, then any (Numerical Recipes' linear congruential generator). */
function chooseTokens(
  first: number | undefined,
  vocab: number,
  count: number,
  seed: number,
): readonly number[] {
  let state = seed >>> 0;
  return Array.from({ length: count }, (_, step) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return step === 0 && first !== undefined ? first : Math.floor((state / 2 ** 32) * vocab);
  });
}

/** A check in one line. */
function tellCheck({ lowering, outcome }: LoweringCheck): string {
  switch (outcome.kind) {
    case "same":
      return `levels ${lowering}: ${outcome.compared} values, the same bits`;
    case "different":
      return `levels ${lowering}: ${outcome.diagnostics.map(({ message }) => message).join("; ")}`;
    default:
      return unreachable(outcome);
  }
}

/** The first lowering that changes a bit, told in one line; undefined where all keep them. */
export function firstDifference(checks: readonly LoweringCheck[]): string | undefined {
  const found = checks.find(({ outcome }) => outcome.kind === "different");
  return found === undefined ? undefined : tellCheck(found);
}
