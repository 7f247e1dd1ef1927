import type { ArrayShape, CellCounts, Device, ScheduleMode } from "../../backend-hls/index.ts";
import { at, builtSpan, fail, ok, present, type Result } from "../../ir/index.ts";
import { closedForm, leastCycles } from "../cost/closed-form.ts";
import { timingsOf } from "../cost/kernel-timing.ts";
import { type StepCycles, type Workload, workCycles } from "../cost/workload.ts";
import { noSpace, nothingFits } from "../diagnostics.ts";
import { type Evaluation, evaluate, type Task } from "../evaluate/evaluate.ts";
import { type Evaluator, sameThread } from "../evaluate/evaluator.ts";
import {
  contains,
  type Design,
  designName,
  designSpace,
  distance,
  type Space,
  type Variant,
} from "../space/space.ts";
import { chooseOf } from "./choose-of.ts";
import { markFront } from "./front.ts";
import { type Figures, figuresOf, type Ground, type Objective, objectiveValue } from "./objective.ts";
import { predictCells } from "./predict-cells.ts";
import { type Budget, budgetOf, type Limits, needsOf, worstRatio } from "./resources.ts";
import { seededChoices } from "./seeded-choices.ts";

/** What is explored, for what, and how long. */
export interface ExploreRequest extends Space {
  readonly device: Device;
  readonly workload: Workload;
  readonly objective: Objective;
  readonly schedule: ScheduleMode;
  readonly limits?: Limits | undefined;
  readonly seed: number;
  /** Whether planned designs are replayed; else their cycles are the closed form's. */
  readonly replay: boolean;
  /** Designs that fit and are planned, at most; three times as many with those that turn out not to fit. */
  readonly effort: number;
  /** A smaller design is taken where it is worse by no more than this factor; 1: never. */
  readonly worth: number;
  /** Rounds that bring no better design before the search is content. */
  readonly patience: number;
}

/** How a search is watched, helped and ended. */
export interface ExploreWatch {
  readonly evaluator?: Evaluator | undefined;
  /** Evaluations of earlier runs, by the name of the design; new ones are added. */
  readonly known?: Map<string, Evaluation> | undefined;
  readonly onProgress?: ((progress: ExploreProgress) => void) | undefined;
  /** Aborted: the search ends with what it has. */
  readonly signal?: AbortSignal | undefined;
}

/** How far a search is. */
export interface ExploreProgress {
  readonly planned: number;
  readonly effort: number;
  readonly space: number;
  readonly best: string | undefined;
}

/** One design with what is known of it. */
export interface DesignPoint {
  readonly design: Design;
  /** Planned designs are replayed; of the others intervals, cells and a correction come from the nearest planned one. */
  readonly evidence: Evaluation["evidence"] | "predicted";
  readonly figures: Figures;
  /** Closed form beside the replay: what would have been predicted without planning it. */
  readonly searched: number;
  readonly feasible: boolean;
  /** On the front of time, cells and energy among feasible planned designs. */
  readonly pareto: boolean;
  readonly value: number;
}

/** The result of a search; `chosen` is an index into `points`. */
export interface Exploration {
  readonly request: ExploreRequest;
  readonly points: readonly DesignPoint[];
  readonly chosen: number;
  readonly planned: number;
  /** No design that could still be better was left out. */
  readonly isProven: boolean;
  /** What no design of the space goes below. */
  readonly bound: number;
  readonly isInterrupted: boolean;
}

/** Designs that are planned at a time; more jobs than this find no work. */
const ROUND = 4;

/** Designs that are planned in all, in multiples of the effort. */
const MOST_PLANNED = 3;

/**
 * Best first: designs are planned and replayed in the order of a prediction, which each replay corrects for its neighbours, until
 * no design is left whose bound (array, attention and port, no latencies) is below the best, or the effort is spent. A design that
 * contains one that does not fit is taken not to fit. Deterministic for a seed, whatever the number of threads.
 */
export async function exploreDesigns(
  request: ExploreRequest,
  watch: ExploreWatch = {},
): Promise<Result<Exploration>> {
  const { evaluator = sameThread } = watch;
  const search = new Search(request, watch).run();
  let state = search.next();
  while (state.done !== true) {
    const done = await evaluator.evaluateAll(state.value);
    if (done.kind === "error") return done;
    state = search.next(done.value);
  }
  return state.value;
}

/** The same at once, in this thread. */
export function exploreHere(request: ExploreRequest): Result<Exploration> {
  const search = new Search(request, {}).run();
  let state = search.next();
  while (state.done !== true) {
    const found: Evaluation[] = [];
    for (const task of state.value) {
      const done = evaluate(task);
      if (done.kind === "error") return done;
      found.push(done.value);
    }
    state = search.next(found);
  }
  return state.value;
}

/** Asks for evaluations of tasks. */
type Asking<Answer> = Generator<readonly Task[], Answer, readonly Evaluation[]>;

class Search {
  readonly #request: ExploreRequest;
  readonly #watch: ExploreWatch;
  readonly #budget: Budget;
  readonly #ground: Ground;
  readonly #space: readonly Design[];
  readonly #bounds: readonly number[];
  readonly #planned = new Map<Design, Evaluation>();
  readonly #known: Map<string, Evaluation>;
  readonly #unfit: Design[] = [];

  constructor(request: ExploreRequest, watch: ExploreWatch) {
    this.#request = request;
    this.#watch = watch;
    this.#known = watch.known ?? new Map<string, Evaluation>();
    this.#budget = budgetOf(request.device, request.limits);
    this.#ground = request;
    this.#space = designSpace(request.device, request).filter(
      ({ shape: { pn, pk, pt = 1 } }) => pn * pk * pt <= this.#budget.macs,
    );
    this.#bounds = this.#space.map((design) => this.#boundOf(design));
  }

  *run(): Asking<Result<Exploration>> {
    if (this.#space.length === 0)
      return fail(noSpace(builtSpan(this.#request.device.name), this.#request.device));
    yield* this.#plan(this.#references());
    const choose = seededChoices(this.#request.seed);
    let waiting = 0;
    let best = this.#best();
    while (!this.#isOver() && waiting < this.#request.patience) {
      const round = this.#nextRound(choose);
      if (round.length === 0) break;
      yield* this.#plan(round);
      const now = this.#best();
      waiting = now === best && now !== undefined ? waiting + 1 : 0;
      best = now;
    }
    return best === undefined ? this.#nothingFits() : ok(this.#finish());
  }

  #isOver(): boolean {
    return this.#room() <= 0 || this.#watch.signal?.aborted === true;
  }

  /** Designs that may still be planned; what turned out not to fit has taught only where the border is. */
  #room(): number {
    const { effort } = this.#request;
    const fitting = this.#planned.size - this.#unfit.length;
    return Math.min(effort - fitting, MOST_PLANNED * effort - this.#planned.size);
  }

  *#plan(designs: readonly Design[]): Asking<void> {
    const { onProgress } = this.#watch;
    const names = designs.map((design) => designName(this.#request, design));
    const missing = designs.filter((_, index) => !this.#known.has(at(names, index)));
    const done = yield missing.map((design) => this.#task(design));
    missing.forEach((design, index) => {
      this.#known.set(designName(this.#request, design), at(done, index));
    });
    designs.forEach((design, index) => {
      const evaluation = present(this.#known.get(at(names, index)), "an evaluation");
      this.#planned.set(design, evaluation);
      if (worstRatio(needsOf(this.#budget, design, evaluation)) > 1) this.#unfit.push(design);
    });
    const best = this.#best();
    onProgress?.({
      planned: this.#planned.size,
      effort: this.#request.effort,
      space: this.#space.length,
      best: best === undefined ? undefined : designName(this.#request, best),
    });
  }

  #task({ variant, clockMhz, shape }: Design): Task {
    const { device, schedule, workload, replay } = this.#request;
    return { model: this.#variant(variant).model, shape, device, clockMhz, schedule, workload, replay };
  }

  #variant(index: number): Variant {
    return at(this.#request.variants, index);
  }

  /** Of every variant and clock the smallest design, and where there are several rows the smallest with the most of them. */
  #references(): readonly Design[] {
    const size = ({ shape: { pv = 4, ph = 1, pt = 1, pn } }: Design): number =>
      pv * 1e6 + ph * 1e4 + pt * 100 + pn;
    const classes = new Map<string, Design>();
    for (const design of this.#space) {
      const { rows } = design.shape;
      for (const key of [
        `${String(design.variant)} ${String(design.clockMhz)} ${rows === 1 ? "one" : "several"}`,
      ]) {
        const best = classes.get(key);
        const isBetter =
          best === undefined ||
          rows > best.shape.rows ||
          (rows === best.shape.rows && size(design) < size(best));
        if (isBetter) classes.set(key, design);
      }
    }
    return [...classes.values()];
  }

  // ---- what is known of designs
  #boundOf(design: Design): number {
    const { objective, device } = this.#request;
    const cells: CellCounts = { lut: 0, ff: 0, dsp: 0, bram18: 0 };
    const cycles = leastCycles({ ...this.#target(design), device });
    return objectiveValue(
      objective,
      this.#ground,
      design,
      figuresOf(this.#ground, design, { cycles, cells }),
    );
  }

  #target({ variant, clockMhz, shape }: Design): {
    readonly model: Variant["model"];
    readonly shape: ArrayShape;
    readonly device: Device;
    readonly clockMhz: number;
    readonly workload: Workload;
  } {
    const { device, workload } = this.#request;
    return { model: this.#variant(variant).model, shape, device, clockMhz, workload };
  }

  /** The nearest planned design other than itself. */
  #neighbour(design: Design): { readonly design: Design; readonly evaluation: Evaluation } | undefined {
    let nearest: { readonly design: Design; readonly evaluation: Evaluation } | undefined;
    let least = Infinity;
    for (const [other, evaluation] of this.#planned) {
      const away = other === design ? Infinity : distance(design, other);
      if (away < least) [nearest, least] = [{ design: other, evaluation }, away];
    }
    return nearest;
  }

  /** Closed form with the neighbour's intervals, depths and error. */
  #predictCycles(design: Design): StepCycles {
    const neighbour = this.#neighbour(design);
    if (neighbour === undefined) return leastCycles(this.#target(design));
    const timings = timingsOf(neighbour.evaluation.kernels);
    const own = closedForm(this.#target(design), timings);
    const other = closedForm(this.#target(neighbour.design), timings);
    const corrected = (step: keyof StepCycles): number =>
      Math.round((own[step] * neighbour.evaluation.cycles[step]) / Math.max(1, other[step]));
    return {
      decode: corrected("decode"),
      firstChunk: corrected("firstChunk"),
      lateChunk: corrected("lateChunk"),
      lastChunk: corrected("lastChunk"),
    };
  }

  #point(design: Design): Omit<DesignPoint, "pareto"> {
    const own = this.#planned.get(design);
    const predicted = this.#predictCycles(design);
    const neighbour = this.#neighbour(design);
    const cells =
      own?.cells ?? predictCells(present(neighbour, "a planned design"), design, this.#target(design));
    const figures = figuresOf(this.#ground, design, { cycles: own?.cycles ?? predicted, cells });
    const memoryBytes = own?.memoryBytes ?? 0;
    const fits = worstRatio(needsOf(this.#budget, design, { cells, memoryBytes })) <= 1;
    return {
      design,
      evidence: own?.evidence ?? "predicted",
      figures,
      searched: workCycles(this.#request.workload, design.shape.rows, predicted).total,
      feasible: fits && (own !== undefined || !this.#isExcluded(design)),
      value: objectiveValue(this.#request.objective, this.#ground, design, figures),
    };
  }

  #isExcluded(design: Design): boolean {
    return this.#unfit.some((unfit) => contains(design, unfit));
  }

  /** The planned design that is taken: of those not much worse than the best the one with the fewest cells. */
  #best(): Design | undefined {
    const points = [...this.#planned.keys()]
      .map((design) => this.#point(design))
      .filter(({ feasible }) => feasible);
    return chooseOf(points, this.#request.worth)?.design;
  }

  /** Designs to be planned next: the best predictions whose bound allows it, and one that a seeded choice takes from the front. */
  #nextRound(choose: (count: number) => number): readonly Design[] {
    const limit = Math.min(
      ...[...this.#planned.keys()]
        .map((d) => this.#point(d))
        .filter((p) => p.feasible)
        .map((p) => p.value),
    );
    const open = this.#space
      .filter(
        (design, index) =>
          !this.#planned.has(design) && at(this.#bounds, index) < limit && !this.#isExcluded(design),
      )
      .map((design) => this.#point(design));
    const fitting = open.filter(({ feasible }) => feasible);
    const ranked = (fitting.length > 0 ? fitting : open).toSorted(
      (a, b) =>
        a.value - b.value ||
        a.figures.cells.dsp - b.figures.cells.dsp ||
        a.figures.cells.lut - b.figures.cells.lut,
    );
    const room = Math.min(ROUND, this.#room());
    const first = ranked.slice(0, Math.max(1, room - 1));
    const front = markFront(ranked.slice(first.length)).filter(({ pareto }) => pareto);
    const extra = room > 1 && front.length > 0 ? [at(front, choose(front.length))] : [];
    return [...first, ...extra].map(({ design }) => design);
  }

  // ---- the end
  #finish(): Exploration {
    const points = markFront(this.#space.map((design) => this.#point(design)));
    const planned = points.filter(({ evidence, feasible }) => evidence !== "predicted" && feasible);
    const chosen = present(chooseOf(planned, this.#request.worth), "a design that fits");
    const least = Math.min(...planned.map(({ value }) => value));
    const open = this.#space.flatMap((design, index) =>
      this.#planned.has(design) || this.#isExcluded(design) ? [] : [at(this.#bounds, index)],
    );
    const bound = Math.min(least, ...open);
    return {
      request: this.#request,
      points,
      chosen: points.indexOf(chosen),
      planned: this.#planned.size,
      isProven: bound >= least,
      bound,
      isInterrupted: this.#watch.signal?.aborted === true,
    };
  }

  #nothingFits(): Result<never> {
    const { device } = this.#request;
    const ranked = [...this.#planned]
      .map(([design, evaluation]) => ({ design, needs: needsOf(this.#budget, design, evaluation) }))
      .toSorted((a, b) => worstRatio(a.needs) - worstRatio(b.needs));
    const { design, needs } = at(ranked, 0);
    const shortages = needs
      .filter(({ needed, available }) => needed > available)
      .toSorted((a, b) => b.needed / b.available - a.needed / a.available);
    return fail(
      nothingFits(builtSpan(device.name), {
        device: device.name,
        nearest: designName(this.#request, design),
        shortages,
        planned: this.#planned.size,
      }),
    );
  }
}
