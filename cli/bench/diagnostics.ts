import { defineDiagnostic } from "../../ir/index.ts";

/** A kernel that the suite does not have. */
export const unknownKernel = defineDiagnostic(
  "CLI0120",
  "error",
  (p: { readonly name: string; readonly known: readonly string[] }) => ({
    message: `there is no kernel ${p.name}`,
    expected: `some of ${p.known.join(", ")}`,
  }),
);

/** A kernel on which the compiler gave up. */
export const kernelFailed = defineDiagnostic(
  "CLI0121",
  "error",
  (p: { readonly kernel: string; readonly message: string }) => ({
    message: `${p.kernel} made the compiler fail: ${p.message}`,
    expected: "hardware",
    hint: "this is our bug, please report it",
  }),
);

/** A row that the survey's table does not have. */
export const unknownSurveyRow = defineDiagnostic(
  "CLI0122",
  "error",
  (p: { readonly row: string; readonly known: readonly string[] }) => ({
    message: `the table has no row ${p.row}`,
    expected: `some of ${p.known.join(", ")}`,
  }),
);
