import { defineDiagnostic } from "../../ir/index.ts";

/** The header holds numbers that no model has. */
export const headerImplausible = defineDiagnostic(
  "frontend.llama2c-header",
  "error",
  (p: { readonly problem: string }) => ({
    message: `not a llama2.c checkpoint: ${p.problem}`,
    expected:
      "seven int32 {dim, hidden, layers, heads, kv_heads, vocab, seq}, then float32 weights (version 0)",
  }),
);

/** A newer version of the format. */
export const versionUnsupported = defineDiagnostic(
  "frontend.llama2c-version",
  "unsupported",
  (p: { readonly version: number }) => ({
    message: `llama2.c checkpoints of version ${String(p.version)} are not supported`,
    expected: "version 0 (export.py --version 0)",
  }),
);

/** The file is shorter or longer than its header says. */
export const checkpointSizeWrong = defineDiagnostic(
  "frontend.llama2c-size",
  "error",
  (p: { readonly found: number; readonly wanted: number }) => ({
    message: `the file has ${String(p.found)} bytes, but its header calls for ${String(p.wanted)}`,
    expected: "header and weights, nothing else",
    hint:
      p.found < p.wanted ? "the file is truncated: download it again" : "is this a checkpoint of version 0?",
  }),
);

/** A tokenizer.bin that ends too early, or holds more than the vocabulary. */
export const tokenizerBinInvalid = defineDiagnostic(
  "frontend.tokenizer-bin",
  "error",
  (p: { readonly problem: string; readonly vocab: number }) => ({
    message: p.problem,
    expected: `a llama2.c tokenizer with ${String(p.vocab)} tokens, as the model has`,
  }),
);
