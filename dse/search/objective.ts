import type { CellCounts, Device } from "../../backend-hls/index.ts";
import { at } from "../../ir/index.ts";
import { type TokenCost, tokenCost } from "../cost/energy.ts";
import { type StepCycles, type WorkCycles, type Workload, workCycles } from "../cost/workload.ts";
import type { Design, Variant } from "../space/space.ts";
import { shareOf } from "./resources.ts";

/** What is to be least: a request's time, the whole workload's time, energy of a token, or the share of the device. */
export const OBJECTIVES = ["latency", "throughput", "energy", "area"] as const;
/** One of {@link OBJECTIVES}. */
export type Objective = (typeof OBJECTIVES)[number];

/** What values are compared in. */
export const OBJECTIVE_UNITS: Readonly<Record<Objective, string>> = {
  latency: "seconds of a request",
  throughput: "seconds of all requests",
  energy: "joules of a token",
  area: "mean share of the device's cells",
};

/** What a design takes, spends and costs. */
export interface Figures {
  readonly work: WorkCycles;
  readonly token: TokenCost;
  readonly cells: CellCounts;
}

/** What a design is measured against. */
export interface Ground {
  readonly device: Device;
  readonly workload: Workload;
  readonly variants: readonly Variant[];
}

/** A design's figures from the cycles of its steps and its cells. */
export function figuresOf(
  { device, workload, variants }: Ground,
  { variant, clockMhz, shape }: Design,
  { cycles, cells }: { readonly cycles: StepCycles; readonly cells: CellCounts },
): Figures {
  const work = workCycles(workload, shape.rows, cycles);
  const design = { rows: shape.rows, cyclesPerToken: work.perToken, clockMhz };
  return { work, token: tokenCost(device, at(variants, variant).model, workload, design), cells };
}

/** The value that is to be least. */
export function objectiveValue(
  objective: Objective,
  { device }: Ground,
  { clockMhz }: Design,
  { work, token, cells }: Figures,
): number {
  switch (objective) {
    case "latency":
      return work.request / (clockMhz * 1e6);
    case "throughput":
      return work.total / (clockMhz * 1e6);
    case "energy":
      return token.joules;
    case "area":
      return shareOf(cells, device);
  }
}
