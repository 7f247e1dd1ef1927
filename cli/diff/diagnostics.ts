import { defineDiagnostic } from "../../ir/index.ts";

/** A step file that is none. */
export const badStepFile = defineDiagnostic("CLI0050", "error", (p: { readonly problem: string }) => ({
  message: `is no step file: ${p.problem}`,
  expected: 'JSON: {"schema": "hidalgo.step/1", "memory": "image.bin" or null, "steps": [[row, …], …]}',
  hint: "a row has token, position, kv_slot, sequence, block_table, visible and emit, as the manifest's row_descriptor",
}));
