import type { Diagnostic, Result } from "../../ir/index.ts";
import type { SimulatorOptions } from "../../sim/index.ts";
import {
  checkPrograms,
  type Outcome,
  type PreparedProgram,
  type ProgramShape,
  prepareProgram,
} from "./check-program.ts";

/** What a run asks for. */
export interface FuzzOptions {
  /** The first seed. */
  readonly seed: number;
  readonly count: number;
  /** Family of the programs; `general` where it is not said. */
  readonly shape?: ProgramShape;
  /** Programs that share one build. */
  readonly batch: number;
  readonly simulator: SimulatorOptions;
  /** Told of each outcome. */
  readonly report?: (outcome: Outcome) => void;
}

/** Sums over a run. */
export interface FuzzSummary {
  readonly same: number;
  readonly different: readonly { readonly seed: number; readonly what: string }[];
  readonly rejected: readonly { readonly seed: number; readonly diagnostic: Diagnostic }[];
  /** Cycles that were equal. */
  readonly cycles: number;
  /** Elements that were equal. */
  readonly elements: number;
}

/** Checks `count` programs that are none of the rejected ones, from `seed` on. A batch that cannot be built is an error. */
export async function runFuzz({
  seed,
  count,
  shape = "general",
  batch,
  simulator,
  report,
}: FuzzOptions): Promise<Result<FuzzSummary>> {
  const outcomes: Outcome[] = [];
  let next = seed;
  for (let checked = 0; checked < count; ) {
    const programs: PreparedProgram[] = [];
    for (; programs.length < Math.min(batch, count - checked); next++) {
      const prepared = prepareProgram(next, shape);
      if (prepared.kind === "ok") programs.push(prepared.value);
      else
        outcomes.push(
          ...prepared.diagnostics
            .slice(0, 1)
            .map((diagnostic): Outcome => ({ kind: "rejected", seed: next, diagnostic })),
        );
    }
    const results = await checkPrograms(programs, simulator);
    if (results.kind === "error") return results;
    for (const outcome of results.value) report?.(outcome);
    outcomes.push(...results.value);
    checked += programs.length;
  }
  return { kind: "ok", value: summarize(outcomes) };
}

function summarize(outcomes: readonly Outcome[]): FuzzSummary {
  const same = outcomes.flatMap((outcome) => (outcome.kind === "same" ? [outcome] : []));
  return {
    same: same.length,
    cycles: same.reduce((sum, { cycles }) => sum + cycles, 0),
    elements: same.reduce((sum, { elements }) => sum + elements, 0),
    different: outcomes.flatMap((outcome) => (outcome.kind === "different" ? [outcome] : [])),
    rejected: outcomes.flatMap((outcome) => (outcome.kind === "rejected" ? [outcome] : [])),
  };
}
