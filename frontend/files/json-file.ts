import { readFileSync } from "node:fs";
import { builtSpan, fail, ok, type Result, type Span } from "../../ir/index.ts";
import { isSystemError, systemReason } from "./byte-source.ts";
import { fileUnreadable, jsonGarbled } from "./diagnostics.ts";

/** Reads a JSON file; an unreadable file and a syntax error (with its line and column) are diagnostics. */
export function readJsonFile(path: string): Result<unknown> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return fail(fileUnreadable(builtSpan(path), { reason: systemReason(error) }));
  }
  return parseJson(path, text);
}

/** Parses JSON text that came from `file`. */
export function parseJson(file: string, text: string): Result<unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return ok(value);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const reason = error.message.replace(/ in JSON at position .*$/u, "").replace(/\s+/gu, " ");
    return fail(jsonGarbled(errorSpan(file, error.message), { reason }));
  }
}

/** V8 reports `... at position 12 (line 1 column 13)`; a text that ends too early has no position. */
function errorSpan(file: string, message: string): Span {
  const found = /\(line (?<line>\d+) column (?<column>\d+)\)/u.exec(message);
  const line = found?.groups?.["line"];
  const column = found?.groups?.["column"];
  if (line === undefined || column === undefined) return builtSpan(file);
  return { file, line: Number(line), column: Number(column) };
}
