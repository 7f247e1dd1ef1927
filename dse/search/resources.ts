import type { CellCounts, Device } from "../../backend-hls/index.ts";
import type { Design } from "../space/space.ts";

/** What a device, or a user's limits, allow. */
export interface Budget {
  readonly dsp: number;
  readonly lut: number;
  readonly ff: number;
  readonly bram18: number;
  /** int8 products of linear layers, where a reference device says how many. */
  readonly macs: number;
  readonly memoryBytes: number;
}

/** Limits that a user sets below the device's. */
export type Limits = Partial<Pick<Budget, "dsp" | "lut" | "ff" | "bram18">>;

/** What a design needs of one resource, and what there is. */
export interface Need {
  readonly what: string;
  readonly needed: number;
  readonly available: number;
}

/** The budget of a device under limits. */
export function budgetOf({ resources, array, dram }: Device, limits: Limits = {}): Budget {
  const least = (kind: "dsp" | "lut" | "ff" | "bram18"): number =>
    Math.min(resources[kind], limits[kind] ?? Infinity);
  return {
    dsp: least("dsp"),
    lut: least("lut"),
    ff: least("ff"),
    bram18: least("bram18"),
    macs: array?.int8_macs ?? Infinity,
    memoryBytes: dram?.bytes ?? Infinity,
  };
}

/** What a design needs of everything. */
export function needsOf(
  budget: Budget,
  { shape: { pn, pk, pt = 1 } }: Design,
  { cells, memoryBytes }: { readonly cells: CellCounts; readonly memoryBytes: number },
): readonly Need[] {
  return [
    { what: "multipliers for linear layers", needed: pn * pk * pt, available: budget.macs },
    ...needsOfCells(budget, cells),
    { what: "bytes of external memory", needed: memoryBytes, available: budget.memoryBytes },
  ];
}

/** What cells are needed, and what there are. */
export function needsOfCells(budget: Budget, cells: CellCounts): readonly Need[] {
  return [
    { what: "DSP blocks", needed: cells.dsp, available: budget.dsp },
    { what: "LUTs", needed: cells.lut, available: budget.lut },
    { what: "flip-flops", needed: cells.ff, available: budget.ff },
    { what: "18-Kbit block RAMs", needed: cells.bram18, available: budget.bram18 },
  ];
}

/** How many times what there is a design needs of its scarcest resource. */
export function worstRatio(needs: readonly Need[]): number {
  return Math.max(...needs.map(({ needed, available }) => (needed === 0 ? 0 : needed / available)));
}

/** The part of a device that a design takes: the mean over kinds of cells that the device has. */
export function shareOf(cells: CellCounts, { resources }: Device): number {
  const kinds = (["dsp", "lut", "ff", "bram18"] as const).filter((kind) => resources[kind] > 0);
  return kinds.reduce((sum, kind) => sum + cells[kind] / resources[kind], 0) / Math.max(1, kinds.length);
}
