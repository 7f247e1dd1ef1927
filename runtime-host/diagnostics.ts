import { builtSpan, defineDiagnostic } from "../ir/index.ts";

/** The place of what is wrong with a request. */
export const requestSpan = builtSpan("request");

/** The prompt leaves no room for a token. */
export const promptTooLong = defineDiagnostic(
  "HOST0001",
  "error",
  (p: { readonly tokens: number; readonly maxContext: number }) => ({
    message: `the prompt has ${p.tokens} tokens, the device holds ${p.maxContext} positions`,
    expected: `a prompt of at most ${p.maxContext - 1} tokens`,
    hint: "shorten the prompt, or compile with a larger --max-context",
  }),
);

/** A text that no tokenizer makes short enough. */
export const textTooLong = defineDiagnostic(
  "HOST0008",
  "error",
  (p: { readonly characters: number; readonly most: number; readonly maxContext: number }) => ({
    message: `the prompt has ${p.characters} characters, too many for ${p.maxContext} positions`,
    expected: `a prompt of at most ${p.most} characters`,
    hint: "shorten the prompt, or compile with a larger --max-context",
  }),
);

/** Nothing to start from. */
export const promptEmpty = defineDiagnostic("HOST0002", "error", () => ({
  message: "the prompt has no tokens",
  expected: "at least one token, such as the start token",
}));

/** A prompt of ids that the model does not know. */
export const tokenUnknown = defineDiagnostic(
  "HOST0003",
  "error",
  (p: { readonly token: number; readonly vocab: number }) => ({
    message: `the model has no token ${p.token}`,
    expected: `ids from 0 to ${p.vocab - 1}`,
  }),
);

/** The KV memory is full. */
export const blocksExhausted = defineDiagnostic("HOST0004", "error", (p: { readonly short: number }) => ({
  message: `the device's KV memory is full: ${p.short} more blocks are needed`,
  expected: "room for every position of the sequence, were it alone",
  hint: "ask for fewer tokens, or compile with a larger --max-context",
}));

/** A choice of tokens that the device's outputs do not allow. */
export const outputMissing = defineDiagnostic(
  "HOST0005",
  "error",
  (p: { readonly needed: string; readonly given: string }) => ({
    message: `this choice of tokens needs rows that give ${p.needed}; the device gives ${p.given}`,
    expected: "greedy decoding, or a device with more outputs",
    hint: "compile with --outputs logits",
  }),
);

/** Every device failed and could not be made ready again. */
export const noDeviceLeft = defineDiagnostic("HOST0006", "error", () => ({
  message: "no accelerator is left: each of them failed and did not come back",
  expected: "at least one accelerator that works",
  hint: "start the server again; the message of the first failure says what happened",
}));

/** A bug in a step. */
export const engineBroken = defineDiagnostic("HOST0007", "error", (p: { readonly message: string }) => ({
  message: `a step went wrong: ${p.message}`,
  hint: "this is a bug in Hidalgo: please report it",
}));
