import { defineDiagnostic } from "../../ir/index.ts";

/** The file beside a tokenizer that has the chat template. */
export const tokenizerConfigDamaged = defineDiagnostic(
  "CLI0041",
  "error",
  (p: { readonly problem: string }) => ({
    message: `the chat template cannot be read: ${p.problem}`,
    expected: "a JSON object whose chat_template, if any, is a text or a list of { name, template }",
    hint: "repair or remove the file, or give a template with --chat-template",
  }),
);

/** A model that cannot be split. */
export const notSplittable = defineDiagnostic(
  "CLI0042",
  "error",
  (p: { readonly accelerators: number; readonly problem: string }) => ({
    message: `the model cannot be split over ${p.accelerators} accelerators: ${p.problem}`,
    expected: "heads, key/value heads, FFN channels and tokens in equal parts, w8a8 or smoothquant",
    hint: "try another number, or --parallel data",
  }),
);

/** What tensor parallelism needs of the hardware, and it does not have. */
export const noPartialSums = defineDiagnostic("CLI0043", "unsupported", () => ({
  message: "--parallel tensor needs accelerators that give out partial sums; the hardware does not",
  expected: "--engine reference, or --parallel data",
  hint: "docs/serving.md says what is missing",
}));
