import { defineDiagnostic } from "../../ir/index.ts";

/** A text without a function that loop passes work on. */
export const nothingToTransform = defineDiagnostic("CLI0070", "error", () => ({
  message: "there is no function over arrays in this text",
  expected: "a func.func that takes or returns memrefs",
}));

/** A file of directives that is no such file. */
export const badDirectives = defineDiagnostic("CLI0071", "error", (p: { problem: string }) => ({
  message: p.problem,
  expected:
    'JSON such as {"loops": {"k": {"unroll": 4}}, "orders": [["k", "i", "j"]], "arrays": {"A": {"partition": [1, 4]}}}',
}));
