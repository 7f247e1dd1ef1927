import { defineDiagnostic } from "../../ir/index.ts";

/** A step file that is none. */
export const badStepFile = defineDiagnostic("CLI0050", "error", (p: { readonly problem: string }) => ({
  message: `is no step file: ${p.problem}`,
  expected: 'JSON: {"schema": "hidalgo.step/1", "memory": "image.bin" or null, "steps": [[row, …], …]}',
  hint: "a row has token, position, kv_slot, sequence, block_table, visible and emit, as the manifest's row_descriptor",
}));

/** A memory image that does not fit. */
export const badImage = defineDiagnostic(
  "CLI0054",
  "error",
  (p: { readonly problem: string; readonly bytes: number }) => ({
    message: `is no image of the memory: ${p.problem}`,
    expected: `a file of at most ${String(p.bytes)} bytes, such as a changed copy of the build's weights.bin`,
    hint: "the hardware reads this file, the reference the build's own weights",
  }),
);
