import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { ERROR_BITS, ERROR_CODES, ERROR_MEANINGS, type ErrorName } from "./error-codes.ts";

test("codes differ, fit, and stand in docs/faults.md as they are here", () => {
  const codes = Object.entries(ERROR_CODES);
  expect(new Set(codes.map(([, code]) => code)).size).toBe(codes.length);
  expect(Math.max(...codes.map(([, code]) => code))).toBeLessThan(2 ** ERROR_BITS);
  const text = readFileSync(new URL("../../docs/faults.md", import.meta.url), "utf8");
  const rows = text.split("\n").map((line) => line.split("|").map((cell) => cell.trim()));
  for (const [name, code] of codes) {
    const { what, where } = ERROR_MEANINGS[name as ErrorName]; // the keys are the names
    expect(rows).toContainEqual(["", String(code), `\`${name}\``, what, where, ""]);
  }
});
