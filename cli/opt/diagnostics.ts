import { defineDiagnostic } from "../../ir/index.ts";

/** A text without a function that loop passes work on. */
export const nothingToTransform = defineDiagnostic("CLI0070", "error", () => ({
  message: "there is no function over arrays in this text",
  expected: "a func.func that takes or returns memrefs",
}));
