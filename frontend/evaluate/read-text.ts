import { createHash } from "node:crypto";
import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { builtSpan, defineDiagnostic, fail, ok, type Result } from "../../ir/index.ts";
import type { ModelConfig } from "../checkpoint.ts";
import { isSystemError, systemReason } from "../files/byte-source.ts";
import { fileUnreadable } from "../files/diagnostics.ts";
import type { FoundTokenizer } from "../tokenizer/find-tokenizer.ts";
import { cutWindows, splitDocuments } from "./documents.ts";

/** Of a longer file the beginning is read. */
const mostBytes = 64 * 2 ** 20;
/** The longest window, as the literature has it. */
const longestWindow = 512;

/** A file without a single token to predict. */
const textEmpty = defineDiagnostic("frontend.text-empty", "error", () => ({
  message: "there is no text in it",
  expected: "documents separated by NUL characters or blank lines, or a JSON array of strings",
}));

/** A text as windows of tokens. */
export interface TokenText {
  /** Of the bytes that were read. */
  readonly sha256: string;
  /** Tokens of a window, at most. */
  readonly window: number;
  /** Each a sequence of its own; the start token first where the model has one. */
  readonly windows: readonly (readonly number[])[];
}

/** How much of a text is taken. */
export interface TextLimit {
  /** Predicted tokens after which no further document is read. */
  readonly tokens: number;
  /** Longest window; default: the model's context, at most 512. */
  readonly window?: number | undefined;
}

/** Reads a text file and cuts its documents into windows of the model's tokens. */
export function readTokenText(
  file: string,
  { tokenizer, config }: { readonly tokenizer: FoundTokenizer; readonly config: ModelConfig },
  { tokens, window = Math.min(config.maxContext, longestWindow) }: TextLimit,
): Result<TokenText> {
  if (tokenizer.kind === "absent") return fail(tokenizer.reason);
  const text = readBeginning(file);
  if (text.kind === "error") return text;
  const windows: (readonly number[])[] = [];
  let taken = 0;
  for (const document of splitDocuments(text.value)) {
    if (taken >= tokens) break;
    const encoded = tokenizer.tokenizer.encode(document);
    if (encoded.kind === "error") return encoded;
    const ids = encoded.value[0] === config.bosId ? encoded.value.slice(1) : encoded.value;
    for (const cut of cutWindows([ids], window, config.bosId)) {
      if (taken >= tokens) break;
      windows.push(cut.slice(0, tokens - taken + 1));
      taken += cut.length - 1;
    }
  }
  if (windows.length === 0) return fail(textEmpty(builtSpan(file), {}));
  return ok({ sha256: createHash("sha256").update(text.value).digest("hex"), window, windows });
}

function readBeginning(file: string): Result<string> {
  let handle: number | undefined;
  try {
    handle = openSync(file, "r");
    const bytes = new Uint8Array(Math.min(fstatSync(handle).size, mostBytes));
    let length = 0;
    for (let got = 1; got > 0 && length < bytes.length; length += got)
      got = readSync(handle, bytes, length, bytes.length - length, length);
    return ok(new TextDecoder().decode(bytes.subarray(0, length)));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail(fileUnreadable(builtSpan(file), { reason: systemReason(error) }));
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}
