import { at, builtSpan, fail, ok, present, type Result } from "../../ir/index.ts";
import { nothingFits } from "../diagnostics.ts";
import { budgetOf, type Need, needsOfCells, shareOf, worstRatio } from "../search/resources.ts";
import { planLoops } from "./choose-loops.ts";
import { unitLimitsOf } from "./default-limits.ts";
import { type Draft, draftOf, limitsAt } from "./draft-kernel.ts";
import { evaluateKernel, type KernelEvaluation } from "./evaluate-kernel.ts";
import { kernelBudgets } from "./kernel-budgets.ts";
import type { KernelExploreRequest } from "./kernel-request.ts";

/** A budget that is larger by no more than this factor is not worth a design. */
const NEAR_ENOUGH = 1.04;

/** How an exploration is watched, helped and ended. */
export interface KernelWatch {
  /** Designs of earlier runs, by budget; new ones are added. */
  readonly known?: Map<number, KernelEvaluation>;
  readonly onProgress?: (progress: {
    readonly planned: number;
    readonly space: number;
    readonly best: string;
  }) => void;
  readonly signal?: AbortSignal | undefined;
}

/** One design: the quickest loops within a budget of units. */
export interface KernelPoint {
  /** Multipliers, and adders, at most. */
  readonly budget: number;
  readonly evaluation: KernelEvaluation | undefined;
  /** In closed form: iterations times intervals, and depths. */
  readonly searched: number;
  readonly feasible: boolean;
  readonly lacks: readonly Need[];
  readonly pareto: boolean;
  /** Undefined where the design was not planned. */
  readonly value: number | undefined;
}

/** The result; `chosen` is an index into `points`, quickest first by closed form. */
export interface KernelExploration {
  readonly request: KernelExploreRequest;
  readonly points: readonly KernelPoint[];
  readonly chosen: number;
  readonly planned: number;
  /** Combinations of orders, tiles and lanes of all nests that the closed form went through. */
  readonly space: number;
  /** Cycles below which no loops go with fewer units than those of the smallest design that did not fit. */
  readonly bound: number;
  readonly isInterrupted: boolean;
}

/**
 * Explores the loops of a function: for every budget of float units the quickest orders, tiles and lanes of each nest in closed
 * form (every combination within the budget is looked at), then the schedule, its mapping and its replay, in the order in which
 * they promise most. Between the largest budget that fits and the smallest that does not the search halves; what is left of the
 * effort goes to the gaps of the front.
 */
export async function exploreKernel(
  request: KernelExploreRequest,
  watch: KernelWatch = {},
): Promise<Result<KernelExploration>> {
  const search = new KernelSearch(request, watch.known ?? new Map<number, KernelEvaluation>());
  for (const budget of kernelBudgets(request.device, request.units)) {
    const drafted = search.draft(budget);
    if (drafted.kind === "error") return drafted;
  }
  const isOver = (): boolean => watch.signal?.aborted === true && search.planned > 0;
  for (let next = search.next(); next !== undefined && !isOver(); next = search.next()) {
    const drafted = search.draft(next);
    const done = drafted.kind === "ok" ? search.plan(next) : drafted;
    if (done.kind === "error") return done;
    watch.onProgress?.({ planned: search.planned, space: search.drafted, best: search.bestName });
    await nextTurn();
  }
  return search.finish(watch.signal?.aborted === true);
}

/** Lets signals in: Ctrl-C is heard between designs. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

class KernelSearch {
  readonly #request: KernelExploreRequest;
  readonly #drafts = new Map<number, Draft>();
  readonly #known: Map<number, KernelEvaluation>;
  readonly #evaluated = new Map<number, KernelEvaluation>();

  constructor(request: KernelExploreRequest, known: Map<number, KernelEvaluation>) {
    this.#request = request;
    this.#known = known;
  }

  get drafted(): number {
    return this.#drafts.size;
  }

  /** Looks at a budget in closed form. */
  draft(budget: number): Result<undefined> {
    if (this.#drafts.has(budget)) return ok(undefined);
    const drafted = draftOf(this.#request, budget);
    if (drafted.kind === "error") return drafted;
    this.#drafts.set(budget, drafted.value);
    return ok(undefined);
  }

  /** By budget, without those that are no quicker than a smaller one: they are the smaller one again. */
  get #rising(): readonly Draft[] {
    const rising = [...this.#drafts.values()].toSorted((a, b) => a.budget - b.budget);
    const isNew = ({ budget, searched }: Draft, index: number): boolean =>
      this.#evaluated.has(budget) || rising.slice(0, index).every((smaller) => searched < smaller.searched);
    return rising.filter(isNew);
  }

  get planned(): number {
    return this.#evaluated.size;
  }

  get bestName(): string {
    const best = this.#choose(this.#points());
    return best === undefined
      ? "none fits yet"
      : `${String(best.evaluation?.cycles)} cycles with ${String(best.budget)} units`;
  }

  /** The budget to be planned next: the quickest that may fit and is quicker than what is known, then the widest gap. */
  next(): number | undefined {
    if (this.planned >= this.#request.effort) return undefined;
    const open = this.#rising.filter(({ budget }) => !this.#evaluated.has(budget) && budget < this.#unfit);
    if (this.planned === 0) return (open.findLast(({ budget }) => budget <= this.#usual) ?? open[0])?.budget;
    return (this.#nextBetter(open) ?? widestGap(open, [...this.#evaluated.keys()]))?.budget;
  }

  #nextBetter(open: readonly Draft[]): Pick<Draft, "budget"> | undefined {
    const { objective } = this.#request;
    const promising = open.filter(({ budget }) => this.#mayFit(budget));
    const best = this.#choose(this.#points());
    if (best?.evaluation === undefined) return open[0];
    const { cycles } = best.evaluation;
    if (objective === "area") return promising.find(({ budget }) => budget < best.budget);
    const better = promising.findLast(({ searched }) => searched < cycles);
    if (better !== undefined) return better;
    const middle = Math.floor((best.budget + this.#unfit) / 2);
    return middle > NEAR_ENOUGH * best.budget && middle < this.#unfit ? { budget: middle } : undefined;
  }

  plan(budget: number): Result<undefined> {
    const kept = this.#known.get(budget);
    if (kept !== undefined) {
      this.#evaluated.set(budget, kept);
      return ok(undefined);
    }
    const chosen = planLoops(this.#request, limitsAt(this.#request, budget));
    if (chosen.kind === "error") return chosen;
    const evaluation = evaluateKernel(this.#request, chosen.value);
    this.#known.set(budget, evaluation);
    this.#evaluated.set(budget, evaluation);
    return ok(undefined);
  }

  finish(isInterrupted: boolean): Result<KernelExploration> {
    const points = markFront(this.#points());
    const chosen = this.#choose(points);
    if (chosen === undefined) return this.#nothingFits(points);
    const within = [...this.#drafts.values()].filter(({ budget }) => budget < this.#unfit);
    const top = Number.isFinite(this.#unfit) ? draftOf(this.#request, this.#unfit - 1) : ok(undefined);
    if (top.kind === "error") return top;
    const ends = top.value === undefined ? within : [...within, top.value];
    return ok({
      request: this.#request,
      points,
      chosen: points.indexOf(chosen),
      planned: this.planned,
      space: within.reduce((sum, { space }) => sum + space, 0),
      bound: Math.min(...ends.map(({ least }) => least)),
      isInterrupted,
    });
  }

  /** Units that the device takes by rule of thumb. */
  get #usual(): number {
    return unitLimitsOf(this.#request.device).mul ?? 1;
  }

  /** The smallest budget whose design did not fit; a larger one does not either. */
  get #unfit(): number {
    return Math.min(
      Infinity,
      ...[...this.#evaluated].flatMap(([budget, { cells }]) =>
        worstRatio(this.#needs(cells)) > 1 ? [budget] : [],
      ),
    );
  }

  /** Cells grow with units: from the nearest planned design, in proportion. */
  #mayFit(budget: number): boolean {
    const nearest = [...this.#evaluated].toSorted(
      ([a], [b]) => Math.abs(a - budget) - Math.abs(b - budget),
    )[0];
    if (nearest === undefined) return true;
    const [known, { cells }] = nearest;
    return worstRatio(this.#needs(cells)) * (budget / known) <= 1;
  }

  #needs(cells: KernelEvaluation["cells"]): readonly Need[] {
    return needsOfCells(budgetOf(this.#request.device, this.#request.limits), cells);
  }

  #points(): readonly Unmarked[] {
    return this.#rising
      .map(({ budget, searched }) => {
        const evaluation = this.#evaluated.get(budget);
        const needs = evaluation === undefined ? [] : this.#needs(evaluation.cells);
        const lacks = needs.filter(({ needed, available }) => needed > available);
        const feasible =
          evaluation === undefined ? budget < this.#unfit && this.#mayFit(budget) : lacks.length === 0;
        return {
          budget,
          evaluation,
          searched,
          feasible,
          lacks,
          value: evaluation && this.#valueOf(evaluation),
        };
      })
      .toSorted((a, b) => a.searched - b.searched);
  }

  #valueOf({ cycles, cells }: KernelEvaluation): number {
    const { objective, clockMhz, device } = this.#request;
    return objective === "area" ? shareOf(cells, device) : cycles / (clockMhz * 1e6);
  }

  /** Of planned designs that fit and are not much worse than the best the one with the fewest DSPs. */
  #choose<Point extends Unmarked>(points: readonly Point[]): Point | undefined {
    const fitting = points.filter(({ feasible, value }) => feasible && value !== undefined);
    const least = Math.min(...fitting.map(({ value }) => value ?? Infinity));
    return fitting
      .filter(({ value }) => (value ?? Infinity) <= least * this.#request.worth)
      .toSorted(
        (a, b) => cellsOf(a).dsp - cellsOf(b).dsp || cellsOf(a).lut - cellsOf(b).lut || a.budget - b.budget,
      )[0];
  }

  #nothingFits(points: readonly Unmarked[]): Result<never> {
    const { device } = this.#request;
    const ranked = points
      .filter(({ evaluation }) => evaluation !== undefined)
      .toSorted((a, b) => worstRatio(a.lacks) - worstRatio(b.lacks));
    const { budget, lacks } = at(ranked, 0);
    const shortages = lacks.toSorted((a, b) => b.needed / b.available - a.needed / a.available);
    const nearest = `${String(budget)} multipliers and adders`;
    return fail(
      nothingFits(builtSpan(device.name), { device: device.name, nearest, shortages, planned: this.planned }),
    );
  }
}

type Unmarked = Omit<KernelPoint, "pareto">;

function cellsOf({ evaluation }: Unmarked): KernelEvaluation["cells"] {
  return present(evaluation, "a planned design").cells;
}

/** The budget that is farthest from all planned ones, as a factor. */
function widestGap(open: readonly Draft[], planned: readonly number[]): Draft | undefined {
  const gapOf = ({ budget }: Draft): number =>
    Math.min(...planned.map((known) => Math.abs(Math.log(known / budget))));
  return open.toSorted((a, b) => gapOf(b) - gapOf(a) || a.budget - b.budget)[0];
}

/** Marks the planned designs that no other one beats in time, DSPs and LUTs at once. */
function markFront(points: readonly Unmarked[]): readonly KernelPoint[] {
  const planned = points.filter(({ evaluation, feasible }) => evaluation !== undefined && feasible);
  const figures = ({ evaluation }: Unmarked): readonly number[] =>
    evaluation === undefined ? [] : [evaluation.cycles, evaluation.cells.dsp, evaluation.cells.lut];
  const isBeaten = (point: Unmarked): boolean =>
    planned.some((other) => {
      const [x, y] = [figures(other), figures(point)];
      return (
        x.every((entry, index) => entry <= at(y, index)) && x.some((entry, index) => entry < at(y, index))
      );
    });
  return points.map((point) => ({ ...point, pareto: planned.includes(point) && !isBeaten(point) }));
}
