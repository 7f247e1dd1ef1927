import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const folder = import.meta.dirname;
const sources = globSync("**/*.ts", { cwd: folder }).toSorted();
const read = (files: readonly string[]) =>
  files.map((file) => readFileSync(join(folder, file), "utf8")).join("\n");
const code = read(sources.filter((file) => !file.endsWith(".test.ts")));
const tests = read(sources.filter((file) => file.endsWith(".test.ts")));

test("every diagnostic has a code of its own, and a test that provokes it", () => {
  const codes = Array.from(code.matchAll(/defineDiagnostic\(\s*"([^"]+)"/gu), (match) => match[1] ?? "");
  expect(codes.length).toBeGreaterThan(3);
  expect(new Set(codes).size).toBe(codes.length);
  expect(codes.filter((name) => !tests.includes(`"${name}"`))).toEqual([]);
});
