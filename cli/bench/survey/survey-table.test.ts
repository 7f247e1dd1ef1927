import { expect, test } from "vitest";
import type { Workload } from "./list-steps.ts";
import { type SurveyRow, tableLines } from "./survey-table.ts";

const workloads: readonly Workload[] = [
  { name: "short", users: 1, prompt: 16, output: 48 },
  { name: "long", users: 1, prompt: 384, output: 64 },
];
const row = (key: string, workload: Workload, ratio: number): SurveyRow => ({
  ...{ name: key.toUpperCase(), key, workload, ratio },
  ...{ cycles: 1000, baseline_cycles: 1000 * ratio, bytes: 2e6, joules: 0.003, method: "as it is" },
  ...{ dsp: 7, lut: 80, bram18: 9, precision: "w8a8", kv_bits: 8, array: "1x8x16 rows 64" },
  memory_bytes: { weights: 1024, kv: 1024, total: 2048 },
  published: key === "a" ? null : { claim: "twice as fast", source: "a paper" },
});

test("a line for each method, ratios in the order of the workloads, then what is published", () => {
  const rows = workloads.flatMap((workload, i) => [row("a", workload, 1), row("b", workload, i + 0.05)]);
  const lines = tableLines(rows, workloads);
  const cells = lines.slice(3, 6).map((line) => line.trim().split(/\s{2,}/u));
  expect(cells).toEqual([
    ["short x1", "long x1", "cycles", "MB moved", "memory KB", "weights", "KV", "mJ", "DSP", "LUT", "BRAM18"],
    ["A", "1.00", "1.00", "1000", "2.0", "2", "1", "1", "3.0", "7", "80", "9"],
    ["B", "0.050", "1.05", "1000", "2.0", "2", "1", "1", "3.0", "7", "80", "9"],
  ]);
  const hardware = "  hardware: w8a8, kv 8, array 1x8x16 rows 64";
  const claim = "  published: twice as fast (a paper)";
  expect(lines.slice(7)).toEqual(["A: as it is", hardware, "B: as it is", hardware, claim]);
});
