import { defineDiagnostic } from "../../ir/index.ts";

/** A file of arrays that cannot be read. */
export const badArrays = defineDiagnostic("CLI0060", "error", (p: { readonly problem: string }) => ({
  message: `is no usable .npz: ${p.problem}`,
  expected: "arrays as numpy.savez writes them: little endian, C order, float32, int8 or int32",
}));

/** An argument without an array of its own type. */
export const wrongArray = defineDiagnostic(
  "CLI0061",
  "error",
  (p: { readonly name: string; readonly actual: string; readonly wanted: string }) => ({
    message: `the array ${p.name} is ${p.actual}`,
    expected: p.wanted,
  }),
);
