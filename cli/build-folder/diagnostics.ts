import { defineDiagnostic } from "../../ir/index.ts";

/** The output folder holds something that no compilation made. */
export const outputOccupied = defineDiagnostic("CLI0020", "error", () => ({
  message: "is there already and is no build folder",
  expected: "a new or empty folder, or one that `hidalgo compile` made",
}));

/** The output folder cannot be written. */
export const outputUnwritable = defineDiagnostic("CLI0021", "error", (p: { readonly reason: string }) => ({
  message: `the output cannot be written: ${p.reason}`,
  expected: "a place where folders can be made",
}));

/** A folder without a manifest, or with a garbled one. */
export const noBuildFolder = defineDiagnostic("CLI0022", "error", (p: { readonly problem: string }) => ({
  message: `is no build folder: ${p.problem}`,
  expected: "a folder that `hidalgo compile` made",
}));

/** A file of the build is not what the manifest says. */
export const buildDamaged = defineDiagnostic("CLI0023", "error", (p: { readonly problem: string }) => ({
  message: `the build is damaged: ${p.problem}`,
  expected: "the file that was compiled",
  hint: "compile again",
}));
