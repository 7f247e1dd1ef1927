import { fail, type Result } from "../../ir/index.ts";
import { tokenBeyondVocabulary } from "./diagnostics.ts";
import type { Tokenizer } from "./tokenizer.ts";
import { promptSpan } from "./unicode.ts";

/** Ids that the model has no embedding for never leave the tokenizer. */
export function guardVocabulary(tokenizer: Tokenizer, vocab: number): Tokenizer {
  const guard = (ids: Result<readonly number[]>): Result<readonly number[]> => {
    const beyond = ids.kind === "ok" ? ids.value.find((id) => id >= vocab) : undefined;
    return beyond === undefined ? ids : fail(tokenBeyondVocabulary(promptSpan, { id: beyond, vocab }));
  };
  return {
    ...tokenizer,
    encode: (text) => guard(tokenizer.encode(text)),
    encodeContinuation: (text) => guard(tokenizer.encodeContinuation(text)),
  };
}
