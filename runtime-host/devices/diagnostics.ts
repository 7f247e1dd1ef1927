import { defineDiagnostic } from "../../ir/index.ts";

/** What an error code of an accelerator says. */
export interface DeviceFault {
  readonly name: string;
  /** What happened and to whom: an engine, a row. */
  readonly what: string;
  readonly hint: string;
}

interface ReportedFault extends DeviceFault {
  readonly code: number;
  readonly cycle: number;
  readonly state: string;
}

/** The code of {@link deviceError}. */
export const deviceErrorCode = "HOST0010";

/** The accelerator ended a step with an error code; it is idle and takes the next step. */
export const deviceError = defineDiagnostic("HOST0010", "error", (p: ReportedFault) => ({
  message: `the accelerator gave the step up at cycle ${p.cycle}: ${p.what} (${p.name}, code ${p.code}); ${p.state}`,
  expected: "a step that ends without an error",
  hint: p.hint,
}));

/** The accelerator gave no answer. */
export const deviceHung = defineDiagnostic(
  "HOST0011",
  "error",
  (p: { readonly cycles: number; readonly cycle: number; readonly state: string }) => ({
    message: `the accelerator did not finish a step within ${p.cycles} cycles, at cycle ${p.cycle}; ${p.state}`,
    expected: "a step that ends",
    hint: "this is a bug of the generated hardware",
  }),
);
