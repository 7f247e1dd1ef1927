import { defineDiagnostic } from "../../ir/index.ts";

/** The text has a character that the vocabulary cannot spell. */
export const characterUnknown = defineDiagnostic(
  "frontend.character-unknown",
  "error",
  (p: { readonly character: string; readonly codePoint: number; readonly index: number }) => ({
    message: `the tokenizer has no token for ${JSON.stringify(p.character)} (U+${hex(p.codePoint)}, character ${String(p.index)})`,
    expected: "text of characters that the model's vocabulary can spell",
  }),
);

/** Half of a surrogate pair: no encoding of any character. */
export const textMalformed = defineDiagnostic("frontend.text-malformed", "error", () => ({
  message: "the text is not valid Unicode: it has half of a surrogate pair",
  expected: "well-formed Unicode text",
}));

/** A tokenizer produced an id that the model has no embedding for. */
export const tokenBeyondVocabulary = defineDiagnostic(
  "frontend.token-beyond-vocabulary",
  "error",
  (p: { readonly id: number; readonly vocab: number }) => ({
    message: `the tokenizer produces token ${String(p.id)}, but the model has ${String(p.vocab)} tokens`,
    expected: "the tokenizer that the model was trained with",
  }),
);

/** The tokenizer file is JSON, but no tokenizer that can be built. */
export const tokenizerInvalid = defineDiagnostic(
  "frontend.tokenizer-invalid",
  "error",
  (p: { readonly problem: string }) => ({
    message: `no tokenizer can be made from it: ${p.problem}`,
    expected: "a tokenizer.json of the Hugging Face tokenizers library",
  }),
);

/** A model without tokenizer: text can neither be read nor written. */
export const tokenizerAbsent = defineDiagnostic(
  "frontend.tokenizer-absent",
  "error",
  (p: { readonly looked: string; readonly expected: string }) => ({
    message: `no tokenizer: ${p.looked}`,
    expected: p.expected,
    hint: "without a tokenizer only --prompt-ids works; --tokenizer names a file",
  }),
);

function hex(codePoint: number): string {
  return codePoint.toString(16).toUpperCase().padStart(4, "0");
}
