import { at } from "../../ir/index.ts";
import type { KernelEvaluation, NestNode } from "../kernels/evaluate-kernel.ts";
import type { KernelExploration, KernelPoint } from "../kernels/explore-kernel.ts";
import { budgetOf } from "../search/resources.ts";
import { rounded } from "./rounded.ts";

/** What hardware of a point did, by the place of the point. */
export interface MeasuredKernel {
  readonly cycles: number;
  /** Whether its results are the reference's, bit for bit or within the bound of reordered sums. */
  readonly matches_reference: boolean | null;
  readonly simulator: string;
}

/** Points that were built and simulated. */
export type MeasuredKernels = ReadonlyMap<number, MeasuredKernel>;

/** Names of a kernel's exploration. */
export interface KernelNames {
  /** Of the file, without its extension. */
  readonly model: string;
  readonly functionName: string;
}

const UNITS = {
  latency: "seconds of a run",
  throughput: "seconds of a run",
  area: "mean share of the device's cells",
} as const;

/** An exploration of a kernel as `hidalgo.explore/1` has it: plain data, the same for the same search. */
export function kernelReport(
  { model, functionName }: KernelNames,
  exploration: KernelExploration,
  measured: MeasuredKernels = new Map(),
): Readonly<Record<string, unknown>> {
  const { request, points, chosen, planned, space, bound, isInterrupted } = exploration;
  const { device, objective, seed, worth, clockMhz, design } = request;
  const { evaluation } = at(points, chosen);
  return {
    schema: "hidalgo.explore/1",
    kind: "kernel",
    model,
    function: functionName,
    device: device.name,
    objective,
    objective_unit: UNITS[objective],
    seed,
    clock_mhz: clockMhz,
    interface: { ...design.interfaces },
    space: {
      size: space,
      evaluated: points.length,
      planned,
      exhaustive: points.every((point) => point.evaluation !== undefined),
      interrupted: isInterrupted,
    },
    budget: Object.fromEntries(
      Object.entries(budgetOf(device, request.limits)).filter(([, most]) => Number.isFinite(most)),
    ),
    bound: {
      value: rounded(bound / (clockMhz * 1e6)),
      cycles: bound,
      gap: rounded((evaluation?.cycles ?? bound) / bound - 1),
      worth,
    },
    chosen,
    sensitivity: sensitivity(exploration),
    points: points.map((point, id) =>
      describePoint(point, id, { clockMhz, measured: measured.get(id) ?? null }),
    ),
  };
}

function describePoint(
  point: KernelPoint,
  id: number,
  { clockMhz, measured }: { readonly clockMhz: number; readonly measured: MeasuredKernel | null },
): Readonly<Record<string, unknown>> {
  const { budget, evaluation, searched, feasible, lacks, pareto, value } = point;
  return {
    id,
    pareto,
    feasible,
    lacks: lacks.map(({ what, needed, available }) => ({ what, needed, available })),
    value: value === undefined ? null : rounded(value),
    params: { units: budget, clock_mhz: clockMhz, ...describeLoops(evaluation) },
    estimate: { searched_cycles: searched, uram: 0, ...describeFigures(point, clockMhz) },
    measured: measured === null ? null : { ...measured },
  };
}

function describeLoops(evaluation: KernelEvaluation | undefined): Readonly<Record<string, unknown>> {
  if (evaluation === undefined) return { evidence: "searched", recipes: null, nodes: [] };
  const { evidence, recipes, nests } = evaluation;
  return { evidence, recipes, nodes: nests.map(describeNest) };
}

function describeFigures(
  { evaluation, searched }: KernelPoint,
  clockMhz: number,
): Readonly<Record<string, unknown>> {
  const time = (cycles: number): object => ({ cycles, us: rounded(cycles / clockMhz) });
  if (evaluation === undefined)
    return { ...time(searched), dsp: null, lut: null, ff: null, bram18: null, units: null };
  return { ...time(evaluation.cycles), ...evaluation.cells, units: evaluation.units };
}

function describeNest({ fifoDepths, cells, ...nest }: NestNode): Readonly<Record<string, unknown>> {
  return { ...nest, cells: { ...cells }, fifo_depths: fifoDepths };
}

/** For each resource that alone keeps quicker designs out, the least more of it that lets one in. */
function sensitivity({ points, chosen }: KernelExploration): readonly Readonly<Record<string, unknown>>[] {
  const best = at(points, chosen).evaluation?.cycles ?? Infinity;
  const found = new Map<string, Readonly<Record<string, unknown>> & { readonly more: number }>();
  for (const { budget, evaluation, lacks } of points) {
    const [lack, ...others] = lacks;
    if (evaluation === undefined || lack === undefined || others.length > 0 || evaluation.cycles >= best)
      continue;
    const more = lack.needed - lack.available;
    if ((found.get(lack.what)?.more ?? Infinity) <= more) continue;
    found.set(lack.what, {
      resource: lack.what,
      more,
      available: lack.available,
      gain: rounded(1 - evaluation.cycles / best),
      design: `${String(budget)} units`,
      evidence: evaluation.evidence,
    });
  }
  return [...found.values()];
}

const COLUMNS = [
  "id",
  "pareto",
  "feasible",
  "evidence",
  "units",
  "searched_cycles",
  "cycles",
  "measured_cycles",
  "dsp",
  "lut",
  "ff",
  "bram18",
];

/** All points as comma-separated values with a head. */
export function kernelTable({ points }: KernelExploration, measured: MeasuredKernels = new Map()): string {
  const lines = points.map((point, id) => {
    const { budget, evaluation, searched, feasible, pareto } = point;
    const state = [id, Number(pareto), Number(feasible), evaluation?.evidence ?? "searched"];
    const cycles = [budget, searched, evaluation?.cycles ?? "", measured.get(id)?.cycles ?? ""];
    return [...state, ...cycles, ...cellColumns(evaluation)].join();
  });
  return `${[COLUMNS.join(), ...lines].join("\n")}\n`;
}

function cellColumns(evaluation: KernelEvaluation | undefined): readonly (number | string)[] {
  if (evaluation === undefined) return ["", "", "", ""];
  const { dsp, lut, ff, bram18 } = evaluation.cells;
  return [dsp, lut, ff, bram18];
}
