import { builtSpan, type Diagnostic, defineDiagnostic } from "../ir/index.ts";

/** A weight that is infinite or not a number: nothing sensible can be computed from it. */
const weightNotFinite = defineDiagnostic(
  "frontend.weight-not-finite",
  "error",
  (p: { readonly tensor: string; readonly index: number; readonly value: number }) => ({
    message: `element ${String(p.index)} of tensor '${p.tensor}' is ${String(p.value)}`,
    expected: "finite weights",
    hint: "the training diverged or the file is damaged",
  }),
);

/** Reports the first element of a tensor that is not finite. */
export function checkFinite(file: string, tensor: string, values: Float32Array): readonly Diagnostic[] {
  // A sum shows in one quick pass whether there is any; large weights may make it infinite, so it only suspects.
  let sum = 0;
  for (const value of values) sum += value;
  if (Number.isFinite(sum)) return [];
  const index = values.findIndex((value) => !Number.isFinite(value));
  if (index < 0) return [];
  return [weightNotFinite(builtSpan(file), { tensor, index, value: values[index] ?? Number.NaN })];
}
