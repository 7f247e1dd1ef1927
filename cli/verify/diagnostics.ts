import { defineDiagnostic } from "../../ir/index.ts";

/** Both sides of a lowering were executed and part: a bug of the compiler, told as precisely as it is known. */
export const levelsDiffer = defineDiagnostic(
  "CLI0040",
  "error",
  (p: {
    readonly lowering: string;
    readonly where: string;
    readonly found: string;
    readonly wanted: string;
  }) => ({
    message: `${p.lowering}: ${p.where} is ${p.found}, not ${p.wanted}`,
    expected: "the same bits on both sides of a lowering",
    hint: "this is a bug of the compiler; please report it with the model's configuration",
  }),
);
