import { defineDiagnostic } from "../ir/index.ts";
import type { Need } from "./search/resources.ts";

/** No design of the space fits the device. */
export const nothingFits = defineDiagnostic(
  "DSE0001",
  "error",
  (p: {
    readonly device: string;
    readonly nearest: string;
    /** The one that is missing most first. */
    readonly shortages: readonly Need[];
    readonly planned: number;
  }) => ({
    message: `no design fits ${p.device}: the nearest of ${p.planned} that were planned (${p.nearest}) needs ${p.shortages.map(({ what, needed, available }) => `${needed} ${what} (there are ${available})`).join(", ")}`,
    expected: `a larger device, or a limit of at least ${p.shortages.map(({ what, needed }) => `${needed} ${what}`).join(" and ")}`,
  }),
);

/** A report's recipes are of another function. */
export const recipesDoNotFit = defineDiagnostic(
  "DSE0003",
  "error",
  (p: { readonly nests: number; readonly recipes: number }) => ({
    message: `the function has ${p.nests} perfect nests, the report's point schedules ${p.recipes}`,
    expected: "the program that the report is of",
  }),
);

/** No array takes a beat of the device's port, or the device allows fewer products than the smallest array has. */
export const noSpace = defineDiagnostic(
  "DSE0002",
  "error",
  (p: { readonly name: string; readonly axi: { readonly data_bits: number } }) => ({
    message: `no array fits ${p.name}: its memory port has ${p.axi.data_bits} bits`,
    expected: "a port of 64 to 1024 bits, and as many multipliers as a beat has weights",
  }),
);
