import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { exploreSchema } from "../schemas/explore.ts";
import { temporaryFolder } from "../testing/model-folders.ts";
import { randomModel } from "../testing/random-model.ts";
import { hidalgo } from "../testing/run-in-process.ts";

const sizes = { hidden: 32, ffn: 40, layers: 2, heads: 4, kvHeads: 2, vocab: 48, context: 32 };

test("compile says where every cycle of a step goes, and why intervals are what they are", async () => {
  const target = join(temporaryFolder(), "build");
  const ended = await hidalgo("compile", randomModel(sizes, 4), "--rows", "4", "-o", target);
  expect(ended.code, ended.stderr).toBe(0);
  expect(ended.stderr + ended.stdout).toMatch(/decode step, 1 row from position \d+: [\d,]+ cycles, bound/u);
  const report = exploreSchema.parse(JSON.parse(readFileSync(join(target, "estimate.json"), "utf8")));
  const { steps = [], kernels = [] } = report;
  expect(steps.map(({ name, rows }) => [name, rows])).toEqual([
    ["decode", 1],
    ["prefill", 4],
  ]);
  for (const { cycles, phases, path, bound, counters } of steps) {
    for (const parts of [phases, path])
      expect(parts.reduce((sum, part) => sum + part.cycles, 0)).toBe(cycles);
    expect(bound.cycles).toBeLessThanOrEqual(cycles);
    expect(counters["total"]).toBe(cycles);
  }
  expect(kernels.every(({ ii, bound }) => (ii === 1) === (bound.kind === "none"))).toBe(true);
  const text = readFileSync(join(target, "report.md"), "utf8");
  for (const heading of ["## Steps", "## Where the cycles of a decode step go", "## Pace of the kernels"])
    expect(text).toContain(heading);
}, 240_000);
