import { type Device, type ModelShape, planAccelerator } from "../../backend-hls/index.ts";
import type { DesignPoint, Exploration } from "../search/explore.ts";

/** Whom a report is about; the search itself needs no names. */
export interface ReportSubject {
  readonly id: string;
  readonly model: ModelShape;
  readonly device: Device;
  readonly precision: string;
  readonly kvBits: number;
  readonly seed: number;
}

/** An exploration as `hidalgo.explore/1` has it: plain data, the same for the same search. */
export function exploreReport(
  subject: ReportSubject,
  { points, chosen, clockMhz, workload }: Exploration,
): Readonly<Record<string, unknown>> {
  const best = points[chosen]?.cost.totalCycles ?? 0;
  const bound = Math.min(...points.filter(({ feasible }) => feasible).map(({ cost }) => cost.totalCycles));
  const planned = points.filter(({ evidence }) => evidence === "planned").length;
  return {
    schema: "hidalgo.explore/1",
    model: subject.id,
    device: subject.device.name,
    objective: "latency",
    workload: { ...workload },
    seed: subject.seed,
    space: { size: points.length, evaluated: points.length, planned, exhaustive: true },
    bound: { value: bound, gap: bound > 0 ? best / bound - 1 : 0 },
    chosen,
    points: points.map((point, id) => describePoint(subject, point, { id, clockMhz })),
  };
}

function describePoint(
  { model, device, precision, kvBits }: ReportSubject,
  { shape, cost, area, evidence, feasible, pareto }: DesignPoint,
  { id, clockMhz }: { readonly id: number; readonly clockMhz: number },
): Readonly<Record<string, unknown>> {
  const { energy } = device;
  const plan = planAccelerator(model, shape);
  const products = plan.pn * plan.pk * plan.pt;
  const seconds = cost.cyclesPerToken / (clockMhz * 1e6);
  const joules =
    energy.static_w * seconds +
    1e-12 * (energy.pj_dram_byte * cost.bytesPerToken + energy.pj_mac8 * cost.bytesPerToken);
  const loop = (
    dim: string,
    trip: number,
    unroll: number,
    order: number,
  ): Readonly<Record<string, unknown>> => ({ dim, trip, tile: unroll, unroll, order });
  return {
    id,
    pareto,
    feasible,
    params: {
      rows: shape.rows,
      precision,
      kv_bits: kvBits,
      clock_mhz: clockMhz,
      evidence,
      array: { pn: plan.pn, pk: plan.pk, pt: plan.pt, pv: plan.pv, products },
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
            loop("row", shape.rows, plan.pt, 2),
          ],
        },
      ],
    },
    estimate: {
      cycles_per_token: cost.cyclesPerToken,
      prefill_cycles: cost.prefillCycles,
      total_cycles: cost.totalCycles,
      ...area,
      uram: 0,
      dram_bytes_per_token: cost.bytesPerToken,
      j_per_token: joules,
    },
    measured: null,
  };
}
