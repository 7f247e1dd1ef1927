import type { RunResult } from "../schemas/run.ts";

/** The first place where tokens differ from the reference's; null where they are the same. */
export function firstMismatch(
  tokens: readonly number[],
  reference: readonly number[],
): RunResult["first_mismatch"] {
  const length = Math.max(tokens.length, reference.length);
  for (let index = 0; index < length; index++) {
    if (tokens[index] === reference[index]) continue;
    return { index, token: tokens[index] ?? null, reference: reference[index] ?? null };
  }
  return null;
}
