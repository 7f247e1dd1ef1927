import { defineDiagnostic } from "../../ir/index.ts";

/** No start token and nothing else to start from. */
export const promptMissing = defineDiagnostic("CLI0030", "error", () => ({
  message: "there is no prompt, and the model has no start token to begin with",
  expected: "--prompt or --prompt-ids",
}));

/** Valid, not done yet. */
export const notYet = defineDiagnostic(
  "CLI0031",
  "unsupported",
  (p: { readonly what: string; readonly instead: string }) => ({
    message: `${p.what} is not supported yet`,
    expected: p.instead,
  }),
);

/** Two options that exclude each other. */
export const optionsConflict = defineDiagnostic(
  "CLI0032",
  "error",
  (p: { readonly problem: string; readonly expected: string }) => ({
    message: p.problem,
    expected: p.expected,
  }),
);

/** More positions than the model was made for. */
export const contextTooLong = defineDiagnostic(
  "CLI0033",
  "error",
  (p: { readonly asked: number; readonly model: number }) => ({
    message: `${p.asked} positions are asked for, the model was made for ${p.model}`,
    expected: `--max-context of at most ${p.model}`,
  }),
);

/** More rows than the device allows. */
export const rowsTooMany = defineDiagnostic(
  "CLI0034",
  "error",
  (p: { readonly asked: number; readonly most: number }) => ({
    message: `a step of ${p.asked} rows is asked for`,
    expected: `--rows of at most ${p.most}`,
  }),
);

/** The model that was compiled had no tokenizer. */
export const buildWithoutTokenizer = defineDiagnostic("CLI0035", "error", () => ({
  message: "the build has no tokenizer: the model was compiled without one",
  expected: "--prompt-ids",
  hint: "compile again with --tokenizer",
}));

/** More candidates than the model has tokens. */
export const candidatesTooMany = defineDiagnostic(
  "CLI0037",
  "error",
  (p: { readonly asked: number; readonly vocab: number }) => ({
    message: `${p.asked} candidates are asked for, the model has ${p.vocab} tokens`,
    expected: `--outputs topk:${p.vocab} at most`,
  }),
);

/** Logits of hardware that keeps them to itself. */
export const logitsNotBuilt = defineDiagnostic("CLI0038", "error", () => ({
  message: "this build does not write logits",
  expected: "a build with logits among its outputs",
  hint: "compile with --outputs logits",
}));

/** A memory that no device file describes. */
export const unknownMemory = defineDiagnostic(
  "CLI0039",
  "error",
  (p: { readonly asked: string; readonly own: string; readonly devices: string }) => ({
    message: `there is no memory ${p.asked}`,
    expected: `${p.own}, ideal, ideal:CYCLES, or the name of a device whose DRAM is meant: ${p.devices}`,
  }),
);

/** The reference is to come from a model that the build was not made of. */
export const otherModel = defineDiagnostic(
  "CLI0036",
  "error",
  (p: { readonly compiled: string; readonly given: string }) => ({
    message: `the weights of ${p.given} are not those that the build was compiled from`,
    expected: `the model ${p.compiled}, unchanged`,
  }),
);
