import { StepEstimator, transferredBytes } from "../../../backend-hls/index.ts";
import { at } from "../../../ir/index.ts";
import { toRow } from "../../rtl/program.ts";
import type { TimedHardware } from "../timed-device.ts";
import type { ListedStep } from "./list-steps.ts";

/** What the steps of a workload cost. */
export interface WorkloadCost {
  readonly cycles: number;
  readonly bytes: number;
  /** Steps that were estimated one by one; those between two of them are interpolated. */
  readonly estimated: number;
}

/**
 * The cycles of steps by the exact estimator. Of steps in a row that are alike but for how much context they have (the decode
 * steps of an answer), `samples` are estimated, the first and the last among them, and the others lie on the lines between.
 */
export function timeSteps(
  steps: readonly ListedStep[],
  { plan, network, layout, memory }: TimedHardware,
  samples: number,
): WorkloadCost {
  const estimator = new StepEstimator({ plan, network, layout }, { memory });
  let [cycles, estimated] = [0, 0];
  for (const run of splitRuns(steps)) {
    const chosen = chooseSamples(run.length, samples);
    const known = chosen.map((index) => estimator.step(at(run, index).rows.map(toRow)).cycles);
    cycles += sumOfLines(chosen, known);
    estimated += chosen.length;
  }
  const bytes = steps.reduce((sum, { rows }) => {
    const { weights, kvRead, kvWrite, other } = transferredBytes(plan, layout, rows.map(toRow));
    return sum + weights + kvRead + kvWrite + other;
  }, 0);
  return { cycles: Math.round(cycles), bytes, estimated };
}

/** Consecutive steps with the same rows of as many sequences, of which the same emit. */
function splitRuns(steps: readonly ListedStep[]): readonly (readonly ListedStep[])[] {
  const runs: ListedStep[][] = [];
  let before = "";
  for (const step of steps) {
    const { phase, parts } = step.record;
    const shape = `${phase} ${parts.map(({ count, emits }) => `${String(count)}${emits ? "!" : ""}`).join(" ")}`;
    if (shape === before) runs.at(-1)?.push(step);
    else runs.push([step]);
    before = shape;
  }
  return runs;
}

/** `most` of 0 … count - 1 at even distances, both ends included. */
export function chooseSamples(count: number, most: number): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  const last = Math.max(most - 1, 1);
  const spread = Array.from({ length: last + 1 }, (_, i) => Math.round((i * (count - 1)) / last));
  return [...new Set(spread)];
}

/** The sum of all values when those at `places` are known and the others lie on straight lines between them. */
export function sumOfLines(places: readonly number[], values: readonly number[]): number {
  let sum = values[0] ?? 0;
  for (let i = 1; i < places.length; i++) {
    const width = at(places, i) - at(places, i - 1);
    const [from, to] = [at(values, i - 1), at(values, i)];
    for (let step = 1; step <= width; step++) sum += from + ((to - from) * step) / width;
  }
  return sum;
}
