import { defineDiagnostic } from "../../ir/index.ts";

/** More outlier columns than hardware multiplies in 16 bits. */
export const outliersTooMany = defineDiagnostic(
  "CLI0160",
  "error",
  (p: {
    readonly place: string;
    readonly columns: number;
    readonly threshold: number;
    readonly most: number;
    readonly least: number;
  }) => ({
    message: `${p.columns} columns of ${p.place} reach ${p.threshold}, hardware multiplies at most ${p.most} of a vector in 16 bits`,
    expected: `--threshold of at least ${p.least}`,
  }),
);
