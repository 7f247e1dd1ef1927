import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { errorSchema } from "../schemas/error.ts";
import { evalSchema } from "../schemas/eval.ts";
import { fable } from "../testing/model-folders.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";

const folder = mkdtempSync(join(tmpdir(), "hidalgo-eval-"));
const text = join(folder, "stories.txt");

beforeAll(() => {
  vi.stubEnv("XDG_CACHE_HOME", folder);
  const lily = "Once upon a time, there was a little girl named Lily. She loved to play outside.";
  writeFileSync(text, `${lily}\n\nTom had a red ball. He was very happy.\n`);
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

test("every precision with every cache is a row, float32 the first; the report holds table and plot", async () => {
  const report = join(folder, "report");
  const precisions = ["w8a8", "smoothquant-o2"].flatMap((name) => ["--precision", name]);
  const caches = ["--kv", "8", "--kv", "16"];
  const options = ["--text", text, "--tokens", "24", "--calibrate", text, "--report", report];
  const ended = await hidalgo("eval", fable, ...options, ...precisions, ...caches, "--json");
  expect(ended.stderr).toContain("24 predicted tokens");
  expect(ended.code).toBe(0);
  const result = evalSchema.parse(lastObject(ended));
  expect(result.rows.map((row) => `${row.precision} ${row.kv_bits} ${row.rows_per_step}`)).toEqual([
    "f32 32 1",
    "w8a8 8 1",
    "w8a8 16 1",
    "smoothquant-o2 8 16",
    "smoothquant-o2 16 16",
  ]);
  expect(result.text.tokens).toBe(24);
  expect(result.calibration).toMatchObject({ source: text });
  for (const row of result.rows) {
    expect(row.top1.of).toBe(24);
    expect(row.top1.equal).toBeGreaterThanOrEqual(22);
    expect(Math.abs(row.ppl_vs_f32)).toBeLessThan(0.05);
  }
  expect(result.layers).toHaveLength(4 * (4 * 5 + 1));
  expect(readdirSync(report).toSorted()).toEqual(["eval.json", "noise.svg", "table.txt"]);
  const plot = readFileSync(join(report, "noise.svg"), "utf8");
  expect(plot.match(/<polyline/gu)).toHaveLength(4);
  expect(z.string().parse(ended.stderr)).toContain("smoothquant-o2  16");
});

test.each([
  [["--precision", "w3a8"], "precision"],
  [["--precision", "w8a8", "--alpha", "0.5"], "--alpha says nothing about w8a8"],
  [["--kv", "4"], "expected 8 or 16"],
  [["--text", join(folder, "none.txt")], "there is no such file"],
])("what cannot be evaluated is said: %j", async (args, message) => {
  const ended = await hidalgo("eval", fable, "--text", text, "--tokens", "4", ...args, "--json");
  expect(ended.code).toBe(1);
  expect(errorSchema.parse(lastObject(ended)).message).toContain(message);
});
