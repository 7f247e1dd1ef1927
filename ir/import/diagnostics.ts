import { defineDiagnostic } from "../support/diagnostics.ts";

/** What upstream's lowering left and no kernel can be made of. */
export const importUnsupported = defineDiagnostic(
  "IR0030",
  "unsupported",
  (p: { readonly op: string; readonly reason: string }) => ({
    message: `${p.op} cannot become hardware: ${p.reason}`,
    expected:
      "static shapes, loops of constant bounds, integers of at most 64 bits, f32 operations that docs/numerics.md defines",
    hint: "`docs/mlir.md` lists the operations that linalg and TOSA programs may come down to",
  }),
);
