import type { FoundTokenizer } from "../../frontend/index.ts";
import { builtSpan, fail, ok, type Result } from "../../ir/index.ts";
import { promptMissing } from "../jobs/diagnostics.ts";
import type { GenerationOptions } from "../options/generation-options.ts";

/** The ids that generation starts from: those given, those of the given text, or the start token. */
export function resolvePrompt(
  { prompt, promptIds }: Pick<GenerationOptions, "prompt" | "promptIds">,
  tokenizer: FoundTokenizer,
  bosId: number | undefined,
): Result<readonly number[]> {
  if (promptIds !== undefined) return ok(promptIds);
  if (prompt === undefined)
    return bosId === undefined ? fail(promptMissing(builtSpan("--prompt"), {})) : ok([bosId]);
  return tokenizer.kind === "present" ? tokenizer.tokenizer.encode(prompt) : fail(tokenizer.reason);
}
