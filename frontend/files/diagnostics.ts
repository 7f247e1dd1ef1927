import { defineDiagnostic } from "../../ir/index.ts";

/** The operating system refused a file. */
export const fileUnreadable = defineDiagnostic(
  "frontend.file-unreadable",
  "error",
  (p: { readonly reason: string }) => ({
    message: `cannot be read: ${p.reason}`,
    expected: "a readable file",
  }),
);

/** A JSON file that is no JSON. */
export const jsonGarbled = defineDiagnostic(
  "frontend.json-garbled",
  "error",
  (p: { readonly reason: string }) => ({
    message: `is not JSON: ${p.reason}`,
    expected: "one JSON value in UTF-8",
  }),
);
