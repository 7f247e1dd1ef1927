import { defineDiagnostic } from "../../ir/index.ts";

/** A name that is no precision. */
export const precisionUnknown = defineDiagnostic(
  "frontend.precision-unknown",
  "error",
  (p: { readonly name: string; readonly known: readonly string[] }) => ({
    message: `${p.name === "" ? "an empty name" : p.name} is no precision`,
    expected: p.known.join(", "),
  }),
);

/** An option of a method that the chosen precision does not use, or a value that it cannot have. */
export const precisionOption = defineDiagnostic(
  "frontend.precision-option",
  "error",
  (p: { readonly problem: string; readonly expected: string }) => ({
    message: p.problem,
    expected: p.expected,
  }),
);
