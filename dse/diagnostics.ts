import { defineDiagnostic } from "../ir/index.ts";

/** What a resource of a device lacks for a design. */
export interface Shortage {
  readonly what: string;
  readonly needed: number;
  readonly available: number;
}

/** No design of the space fits the device. */
export const nothingFits = defineDiagnostic(
  "DSE0001",
  "error",
  (p: { readonly device: string; readonly shortages: readonly Shortage[] }) => ({
    message: `no design fits ${p.device}: the smallest needs ${p.shortages.map(({ what, needed, available }) => `${needed} ${what} (the device has ${available})`).join(", ")}`,
    expected: "a larger device",
  }),
);
