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

/** A build for one accelerator, asked to be served on several that share the model. */
export const buildIsWhole = defineDiagnostic("CLI0044", "error", () => ({
  message:
    "the build is of an accelerator that has the whole model: its weights and its hardware have no parts",
  expected: "--parallel data",
  hint: "give the model in place of the build: `serve <model> --accelerators N --parallel tensor` compiles its parts",
}));
