import { planAccelerator } from "../../backend-hls/index.ts";
import { at } from "../../ir/index.ts";
import { ECONOMICS } from "../cost/energy.ts";
import type { DesignPoint, Exploration } from "../search/explore.ts";
import { OBJECTIVE_UNITS } from "../search/objective.ts";
import { budgetOf, needsOf } from "../search/resources.ts";
import { rounded } from "./rounded.ts";
import { sensitivity } from "./sensitivity.ts";

/** What hardware of a design took for the workload. */
export interface MeasuredDesign {
  readonly cycles_per_token: number;
  readonly prefill_cycles: number;
  readonly total_cycles: number;
  /** Of the step in the middle of the output. */
  readonly decode_cycles: number;
  readonly simulator: string;
}

/** Designs that were built and simulated, by the place of their points. */
export type MeasuredDesigns = ReadonlyMap<number, MeasuredDesign>;

/** An exploration as `hidalgo.explore/1` has it: plain data, the same for the same search. */
export function exploreReport(
  model: string,
  exploration: Exploration,
  measured: MeasuredDesigns = new Map(),
): Readonly<Record<string, unknown>> {
  const { request, points, chosen, planned, bound, isProven } = exploration;
  const best = at(points, chosen);
  const { device, objective, workload, seed, variants, clocksMhz } = request;
  return {
    schema: "hidalgo.explore/1",
    model,
    device: device.name,
    objective,
    objective_unit: OBJECTIVE_UNITS[objective],
    workload: { ...workload },
    seed,
    space: {
      size: points.length,
      evaluated: points.length,
      planned,
      exhaustive: isProven,
      variants: variants.map(({ precision, kvBits, model: { blockSize } }) => ({
        precision,
        kv_bits: kvBits,
        block_size: blockSize,
      })),
      clocks_mhz: [...clocksMhz],
    },
    budget: { ...finite(budgetOf(device, request.limits)) },
    bound: {
      value: rounded(bound),
      gap: bound > 0 ? rounded(best.value / bound - 1) : 0,
      worth: request.worth,
    },
    chosen,
    energy_model: {
      name: "model: needed products, DRAM bytes, each of them twice through on-chip memory, static power; not measured",
      ...device.energy,
      grams_co2_per_kwh: ECONOMICS.gramsCo2PerKwh,
      usd_per_kwh: ECONOMICS.usdPerKwh,
      board_years: ECONOMICS.boardYears,
    },
    sensitivity: sensitivity(exploration),
    points: points.map((point, id) => ({
      ...describePoint(exploration, point, id),
      measured: measured.get(id) ?? null,
    })),
  };
}

function describePoint(
  { request }: Exploration,
  point: DesignPoint,
  id: number,
): Readonly<Record<string, unknown>> {
  const { design, evidence, figures, feasible, pareto, value } = point;
  const { cells } = figures;
  const { model, precision, kvBits } = at(request.variants, design.variant);
  const plan = planAccelerator(model, design.shape);
  const needs = needsOf(budgetOf(request.device, request.limits), design, { cells, memoryBytes: 0 });
  return {
    id,
    pareto,
    feasible,
    lacks: needs.filter(({ needed, available }) => needed > available).map(({ what }) => what),
    value: rounded(value),
    params: {
      rows: plan.rows,
      precision,
      kv_bits: kvBits,
      clock_mhz: design.clockMhz,
      block_size: model.blockSize,
      evidence,
      array: {
        pn: plan.pn,
        pk: plan.pk,
        pt: plan.pt,
        pv: plan.pv,
        ph: plan.ph,
        products: plan.pn * plan.pk * plan.pt,
      },
      nodes: [
        {
          name: "matmul",
          ii: 1,
          partition: null,
          placement: null,
          fifo_depths: null,
          loops: [
            loop("n", model.hidden, plan.pn, 0),
            loop("k", model.hidden, plan.pk, 1),
            loop("row", plan.rows, plan.pt, 2),
          ],
        },
      ],
    },
    estimate: describeEstimate(point),
  };
}

function describeEstimate({ design, figures, searched }: DesignPoint): Readonly<Record<string, unknown>> {
  const { work, token, cells } = figures;
  return {
    cycles_per_token: rounded(work.perToken),
    prefill_cycles: rounded(work.prefill),
    request_cycles: rounded(work.request),
    total_cycles: rounded(work.total),
    searched_cycles: rounded(searched),
    tokens_per_s: rounded((design.clockMhz * 1e6) / work.perToken),
    ...cells,
    uram: 0,
    macs_per_token: rounded(token.macs),
    dram_bytes_per_token: rounded(token.bytes),
    j_per_token: rounded(token.joules),
    g_co2_per_million_tokens: rounded(token.gramsCo2PerMillion),
    usd_per_million_tokens: rounded(token.usdPerMillion),
  };
}

function loop(dim: string, trip: number, unroll: number, order: number): Readonly<Record<string, unknown>> {
  return { dim, trip, tile: unroll, unroll, order };
}

/** Entries that are numbers; what is unlimited is left out. */
function finite(numbers: object): Readonly<Record<string, number>> {
  return Object.fromEntries(
    Object.entries(numbers).filter((entry): entry is [string, number] => Number.isFinite(entry[1])),
  );
}
