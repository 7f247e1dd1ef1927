import { StepEstimator, transferredBytes } from "../../../backend-hls/index.ts";
import { at, present } from "../../../ir/index.ts";
import { toRow } from "../../rtl/program.ts";
import type { TimedHardware } from "../timed-device.ts";
import type { ListedStep } from "./list-steps.ts";

/** What the steps of a workload cost. */
export interface WorkloadCost {
  readonly cycles: number;
  readonly bytes: number;
}

/**
 * The cycles of steps by the exact estimator. Steps that are alike but for how much context they have (the decode steps of an
 * answer, the chunks of a prompt) take cycles that grow by a line with it: of each kind `samples` contexts are estimated, the
 * least and the largest among them, and the others lie on the lines between.
 */
export class StepTimer {
  readonly #hardware: TimedHardware;
  readonly #samples: number;
  readonly #estimator: StepEstimator;
  readonly #kinds = new Map<string, Line>();
  #estimated = 0;

  /** `steps` are all that will be asked for; `onStep` hears how many of how many are estimated. */
  constructor(
    hardware: TimedHardware,
    steps: readonly ListedStep[],
    samples: number,
    onStep: (done: number, of: number) => void = () => undefined,
  ) {
    const { plan, network, layout, memory } = hardware;
    this.#hardware = hardware;
    this.#samples = samples;
    this.#estimator = new StepEstimator({ plan, network, layout }, { memory });
    const kinds = [...Map.groupBy(steps, kindOf)].map(
      ([kind, alike]) => [kind, this.#choose(alike)] as const,
    );
    const all = kinds.reduce((sum, [, chosen]) => sum + chosen.length, 0);
    for (const [kind, chosen] of kinds)
      this.#kinds.set(
        kind,
        chosen.map((step) => {
          const { cycles } = this.#estimator.step(step.rows.map(toRow));
          this.#estimated++;
          onStep(this.#estimated, all);
          return { context: contextOf(step), cycles };
        }),
      );
  }

  /** Steps that were estimated one by one. */
  get estimated(): number {
    return this.#estimated;
  }

  /** All steps of one workload, one after the other. */
  cost(steps: readonly ListedStep[]): WorkloadCost {
    const { plan, layout } = this.#hardware;
    let [cycles, bytes] = [0, 0];
    for (const step of steps) {
      cycles += valueOnLine(present(this.#kinds.get(kindOf(step)), "the kind of a step"), contextOf(step));
      const traffic = transferredBytes(plan, layout, step.rows.map(toRow));
      bytes += traffic.weights + traffic.kvRead + traffic.kvWrite + traffic.other;
    }
    return { cycles: Math.round(cycles), bytes };
  }

  #choose(alike: readonly ListedStep[]): readonly ListedStep[] {
    const byContext = new Map(alike.map((step) => [contextOf(step), step]));
    const contexts = [...byContext.keys()].toSorted((a, b) => a - b);
    return chooseSamples(contexts.length, this.#samples).map((index) =>
      present(byContext.get(at(contexts, index)), "a step with this context"),
    );
  }
}

/** Cycles at some contexts, ascending; between them they lie on straight lines. */
export type Line = readonly { readonly context: number; readonly cycles: number }[];

/** Steps of one kind have as many sequences with as many rows each, of which the same emit. */
function kindOf({ record: { parts } }: ListedStep): string {
  return parts.map(({ count, emits }) => `${String(count)}${emits ? "!" : ""}`).join(" ");
}

/** Positions behind which the rows of a step stand, over all its sequences. */
function contextOf({ record: { parts } }: ListedStep): number {
  return parts.reduce((sum, { from }) => sum + from, 0);
}

/** What a line says at a context within its ends. */
export function valueOnLine(line: Line, context: number): number {
  const index = Math.max(
    1,
    line.findIndex((point) => point.context >= context),
  );
  const [from, to] = [at(line, Math.min(index, line.length - 1) - (line.length > 1 ? 1 : 0)), line[index]];
  if (to === undefined || to.context === from.context) return from.cycles;
  return from.cycles + ((to.cycles - from.cycles) * (context - from.context)) / (to.context - from.context);
}

/** `most` of 0 … count - 1 at even distances, both ends included. */
export function chooseSamples(count: number, most: number): readonly number[] {
  if (count <= most) return Array.from({ length: count }, (_, index) => index);
  const last = Math.max(most - 1, 1);
  const spread = Array.from({ length: last + 1 }, (_, i) => Math.round((i * (count - 1)) / last));
  return [...new Set(spread)];
}
