import type { Result } from "../../ir/index.ts";

/** The codes of a result's diagnostics; none when it is a value. */
export function codesOf(result: Result<unknown>): readonly string[] {
  return result.kind === "ok" ? [] : result.diagnostics.map((diagnostic) => diagnostic.code);
}

/** The value, in a test that expects one. */
export function unwrap<T>(result: Result<T>): T {
  if (result.kind === "error") throw new Error(JSON.stringify(result.diagnostics));
  return result.value;
}
