import { defineDiagnostic } from "../../ir/index.ts";

/** The accelerator ended a step with an error code. */
export const deviceError = defineDiagnostic(
  "HOST0010",
  "error",
  (p: { readonly name: string; readonly code: number; readonly cycle: number; readonly state: string }) => ({
    message: `the accelerator stopped at cycle ${p.cycle}: ${p.name} (code ${p.code}); ${p.state}`,
    expected: "a step that ends without an error",
    hint: "this is a bug of the generated hardware unless its registers or its memory were changed",
  }),
);

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
