import {
  type ArrayShape,
  type CellCounts,
  compileAccelerator,
  type Device,
  type ModelShape,
  planArea,
  type ScheduleMode,
} from "../../backend-hls/index.ts";
import { builtSpan, fail, ok, present, type Result } from "../../ir/index.ts";
import { type DesignCost, designCost, scaleArea, type Workload } from "../cost/design-cost.ts";
import { type Timings, timingsOf } from "../cost/kernel-timing.ts";
import { nothingFits, type Shortage } from "../diagnostics.ts";
import { designSpace, type SpaceOptions } from "./space.ts";

/** What the search may be told. */
export interface ExploreOptions extends SpaceOptions {
  /** Default: the device's clock. */
  readonly clockMhz?: number | undefined;
  readonly schedule?: ScheduleMode | undefined;
}

/** One design with its estimate. */
export interface DesignPoint {
  readonly shape: ArrayShape;
  readonly cost: DesignCost;
  readonly area: CellCounts;
  /** Planned: kernels were scheduled; searched: intervals and cells follow from planned designs of its class. */
  readonly evidence: "planned" | "searched";
  readonly feasible: boolean;
  /** No feasible design is as fast with fewer DSPs. */
  readonly pareto: boolean;
}

/** The result of a search; `chosen` is an index into `points`. */
export interface Exploration {
  readonly points: readonly DesignPoint[];
  readonly chosen: number;
  readonly clockMhz: number;
  readonly workload: Workload;
}

/** A cheaper design is taken where it is slower by no more than this. */
const WORTH = 1.02;

/** Designs that are planned, at most, until one keeps what the search promised. */
const MOST_PLANS = 6;

interface Planned {
  readonly shape: ArrayShape;
  readonly timings: Timings;
  readonly cells: CellCounts;
}

/**
 * Every array of the space by a closed form whose intervals and depths come from planned kernels, then plans of the best
 * until one fits. The objective is the time of the workload; of designs within 2 % of it the one with the fewest DSPs.
 * Deterministic; a device that holds nothing is a diagnostic that names what the smallest design needs.
 */
export function exploreDesigns(
  model: ModelShape,
  device: Device,
  workload: Workload,
  options: ExploreOptions = {},
): Result<Exploration> {
  const clockMhz = options.clockMhz ?? device.clock_mhz;
  const search = new Search(model, device, workload, { ...options, clockMhz });
  return search.run();
}

class Search {
  readonly #model: ModelShape;
  readonly #device: Device;
  readonly #workload: Workload;
  readonly #options: ExploreOptions & { readonly clockMhz: number };
  readonly #planned = new Map<string, Planned>();

  constructor(
    model: ModelShape,
    device: Device,
    workload: Workload,
    options: ExploreOptions & { readonly clockMhz: number },
  ) {
    this.#model = model;
    this.#device = device;
    this.#workload = workload;
    this.#options = options;
  }

  run(): Result<Exploration> {
    const space = designSpace(this.#device, this.#model, this.#options);
    const references = this.#references(space);
    if (references.kind === "error") return references;
    for (let plans = 0; plans < MOST_PLANS; plans++) {
      const points = markPareto(space.map((shape) => this.#point(shape)));
      const best = bestOf(points);
      if (best === undefined)
        return fail(
          nothingFits(builtSpan(this.#device.name), {
            device: this.#device.name,
            shortages: this.#shortages(points),
          }),
        );
      if (best.evidence === "planned") return ok(this.#finish(points, best));
      const problem = this.#plan(best.shape);
      if (problem.kind === "error") return problem;
    }
    const points = markPareto(space.map((shape) => this.#point(shape)));
    const best = bestOf(points.filter(({ evidence }) => evidence === "planned"));
    return best === undefined
      ? fail(
          nothingFits(builtSpan(this.#device.name), {
            device: this.#device.name,
            shortages: this.#shortages(points),
          }),
        )
      : ok(this.#finish(points, best));
  }

  #finish(points: readonly DesignPoint[], best: DesignPoint): Exploration {
    return {
      points,
      chosen: points.indexOf(best),
      clockMhz: this.#options.clockMhz,
      workload: this.#workload,
    };
  }

  /** One small plan of each class: single rows and several. */
  #references(space: readonly ArrayShape[]): Result<null> {
    for (const isSingle of [true, false]) {
      const shape = space
        .filter(({ rows, pn }) => (rows === 1) === isSingle && pn === 1)
        .reduce<ArrayShape | undefined>((best, next) => (isReference(next, best) ? next : best), undefined);
      const planned = shape === undefined ? ok(null) : this.#plan(shape);
      if (planned.kind === "error") return planned;
    }
    return ok(null);
  }

  #plan(shape: ArrayShape): Result<null> {
    const { clockMhz, schedule = "optimized" } = this.#options;
    const request = { model: this.#model, shape, device: this.#device, clockMhz, schedule };
    const compiled = compileAccelerator(request);
    if (compiled.kind === "error") return compiled;
    this.#planned.set(keyOf(shape), {
      shape,
      timings: timingsOf(compiled.value.network),
      cells: planArea(compiled.value).total,
    });
    return ok(null);
  }

  #point(shape: ArrayShape): Omit<DesignPoint, "pareto"> {
    const own = this.#planned.get(keyOf(shape));
    const basis =
      own ??
      present(
        [...this.#planned.values()].find((other) => (other.shape.rows === 1) === (shape.rows === 1)),
        "a planned design of the class",
      );
    const target = { device: this.#device, clockMhz: this.#options.clockMhz, workload: this.#workload };
    const area = own?.cells ?? scaleArea(basis, shape, this.#model);
    return {
      shape,
      area,
      cost: designCost(this.#model, shape, basis.timings, target),
      evidence: own === undefined ? "searched" : "planned",
      feasible: shortagesOf(this.#device, shape, area).length === 0,
    };
  }

  #shortages(points: readonly DesignPoint[]): readonly Shortage[] {
    const smallest = points.reduce((least, next) => (next.area.dsp < least.area.dsp ? next : least));
    return shortagesOf(this.#device, smallest.shape, smallest.area);
  }
}

/** Whether a design stands better for its class: most rows, and of everything else the least, as its block RAMs are taken for all. */
function isReference(shape: ArrayShape, best: ArrayShape | undefined): boolean {
  if (best === undefined) return true;
  const places = ({ rows, pt = 1, pv = 4, ph = 1 }: ArrayShape): readonly number[] => [-rows, pv, ph, -pt];
  const [own, other] = [places(shape), places(best)];
  const place = own.findIndex((value, i) => value !== other[i]);
  return place >= 0 && (own[place] ?? 0) < (other[place] ?? 0);
}

function keyOf({ pn, pk, pt = 1, pv, rows, ph }: ArrayShape): string {
  return [pn, pk, pt, pv, rows, ph].join("x");
}

/** What a device lacks for a design. */
function shortagesOf(
  { resources, array }: Device,
  { pn, pk, pt = 1 }: ArrayShape,
  area: CellCounts,
): readonly Shortage[] {
  const needs: readonly Shortage[] = [
    {
      what: "int8 multipliers for linear layers",
      needed: pn * pk * pt,
      available: array?.int8_macs ?? Infinity,
    },
    { what: "DSP blocks", needed: area.dsp, available: resources.dsp },
    { what: "LUTs", needed: area.lut, available: resources.lut },
    { what: "flip-flops", needed: area.ff, available: resources.ff },
    { what: "18-Kbit block RAMs", needed: area.bram18, available: resources.bram18 },
  ];
  return needs.filter(({ needed, available }) => needed > available);
}

/** The cheapest of the fast ones: fewest DSPs, then fewest rows, then the first. */
function bestOf(points: readonly DesignPoint[]): DesignPoint | undefined {
  const feasible = points.filter((point) => point.feasible);
  const fastest = Math.min(...feasible.map(({ cost }) => cost.totalCycles));
  const good = feasible.filter(({ cost }) => cost.totalCycles <= WORTH * fastest);
  return good.reduce<DesignPoint | undefined>(
    (best, next) => (best === undefined || isCheaper(next, best) ? next : best),
    undefined,
  );
}

function isCheaper(a: DesignPoint, b: DesignPoint): boolean {
  return a.area.dsp !== b.area.dsp ? a.area.dsp < b.area.dsp : a.shape.rows < b.shape.rows;
}

function markPareto(points: readonly Omit<DesignPoint, "pareto">[]): readonly DesignPoint[] {
  const feasible = points.filter((point) => point.feasible);
  return points.map((point) => ({
    ...point,
    pareto: point.feasible && !feasible.some((other) => dominates(other, point)),
  }));
}

function dominates(a: Omit<DesignPoint, "pareto">, b: Omit<DesignPoint, "pareto">): boolean {
  const [fast, small] = [a.cost.totalCycles - b.cost.totalCycles, a.area.dsp - b.area.dsp];
  return fast <= 0 && small <= 0 && (fast < 0 || small < 0);
}
