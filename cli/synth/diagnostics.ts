import { defineDiagnostic } from "../../ir/index.ts";

/** A module was asked for that the build does not have. */
export const unknownModule = defineDiagnostic(
  "CLI0052",
  "error",
  (p: { readonly name: string; readonly near: readonly string[] }) => ({
    message: `the build has no module or kernel ${p.name}`,
    expected: "names of kernels or of files in rtl/ without .v, separated by commas",
    hint: p.near.length === 0 ? "rtl/index.md lists the kernels" : `it has ${p.near.join(", ")}`,
  }),
);

/** Timing was asked for where no open tool has it. */
export const noTiming = defineDiagnostic("CLI0053", "error", (p: { readonly family: string }) => ({
  message: `Yosys knows no cell delays of ${p.family}`,
  expected: "--timing with --family xc7",
  hint: "for other families import a report of place and route: hidalgo calibrate",
}));
