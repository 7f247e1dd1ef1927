import { defineDiagnostic } from "../../ir/index.ts";

/** A graph file that cannot be read. */
export const fileUnreadable = defineDiagnostic("CLI0062", "error", (p: { readonly reason: string }) => ({
  message: `cannot be read: ${p.reason}`,
  expected: "MLIR text",
}));
