import { expect, test } from "vitest";
import type { ProgramShape } from "../../bench/fuzz/check-program.ts";
import { type FuzzOptions, runFuzz } from "../../bench/fuzz/run-fuzz.ts";
import { findTool } from "../../sim/index.ts";

/** Runs and demands that everything is equal, in values and in cycles. */
async function expectEqual(options: FuzzOptions): Promise<void> {
  const result = await runFuzz(options);
  if (result.kind === "error") throw new Error(result.diagnostics[0]?.message);
  const { same, different, rejected } = result.value;
  expect(different).toEqual([]);
  expect(same).toBe(options.count);
  expect(rejected.length).toBeLessThan(options.count / 10 + 1);
}

test("200 random programs: embedded hardware, interpreter and estimate agree in values and cycles", {
  timeout: 120_000,
}, async () => {
  await expectEqual({ seed: 1, count: 200, batch: 1, simulator: { engine: "embedded" } });
});

test("60 random programs with external memory: engines, arbiter and DRAM are in the estimate, cycle for cycle", {
  timeout: 120_000,
}, async () => {
  await expectEqual({ seed: 1, count: 60, batch: 1, shape: "memory", simulator: { engine: "embedded" } });
});

test("10 random functions of affine loops, their loops chosen for random units: values, memory and cycles agree", {
  timeout: 120_000,
}, async () => {
  await expectEqual({ seed: 1, count: 10, batch: 1, shape: "loops", simulator: { engine: "embedded" } });
});

test("24 random programs agree under Icarus", { timeout: 240_000 }, async ({ skip }) => {
  skip(findTool("iverilog") === undefined, "iverilog is not installed");
  await expectEqual({ seed: 1001, count: 24, batch: 12, simulator: { engine: "icarus" } });
});

test("one batch of 12 random programs agrees under Verilator", { timeout: 300_000 }, async ({ skip }) => {
  skip(findTool("verilator") === undefined, "verilator is not installed");
  await expectEqual({ seed: 2001, count: 12, batch: 12, simulator: { engine: "verilator" } });
});

// Each of these once found a fault.
const REGRESSIONS: readonly (readonly [number, ProgramShape, string])[] = [
  [
    772,
    "general",
    "a computed bank was compared with numbers cut to its width, so that bank 8 of 9 was bank 0",
  ],
  [10823, "general", "a difference of counters dealt out to 3 banks at run time was refused"],
  [139, "loops", "a bound with a quotient in a sum was refused"],
  [14, "loops", "two accesses that meet in a bank of one word had the dependences of the first"],
];

test.for(REGRESSIONS)("seed %i of %s: %s", async ([seed, shape]) => {
  await expectEqual({ seed, shape, count: 1, batch: 1, simulator: { engine: "embedded" } });
});
