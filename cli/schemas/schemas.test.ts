import { expect, test } from "vitest";
import { badUsage } from "../diagnostics.ts";
import { commandLine, errorObject } from "../failure.ts";
import { tinyManifest } from "../testing/tiny-build.ts";
import { errorSchema } from "./error.ts";
import { exploreSchema } from "./explore.ts";
import { manifestSchema } from "./manifest.ts";

test("every failure is a hidalgo.error/1", () => {
  const diagnostic = badUsage(commandLine, { problem: "no verb given" });
  const failures = [
    { kind: "rejected", diagnostics: [diagnostic] },
    { kind: "bug", message: "impossible", stack: "" },
    { kind: "interrupted" },
  ] as const;
  for (const failure of failures) expect(errorSchema.parse(errorObject(failure))).toBeDefined();
});

test.each(["/etc/passwd", "../weights.bin", "a/../../b", "C:\\weights.bin", "a\\b", ""])(
  "a manifest cannot name %j",
  (path) => {
    const [rtl] = tinyManifest.rtl;
    expect(manifestSchema.safeParse({ ...tinyManifest, rtl: [{ ...rtl, path }] }).success).toBe(false);
  },
);

test("a manifest holds nothing that is not in the contract", () => {
  expect(manifestSchema.safeParse(tinyManifest).success).toBe(true);
  expect(manifestSchema.safeParse({ ...tinyManifest, date: "today" }).success).toBe(false);
  expect(manifestSchema.safeParse({ ...tinyManifest, top: undefined }).success).toBe(false);
});

const report = {
  schema: "hidalgo.explore/1",
  model: "fable",
  device: "ref64",
  objective: "cycles_per_token",
  workload: { prompt: 16, output: 64, batch: 1 },
  seed: 0,
  space: { size: 1, evaluated: 1, exhaustive: true },
  bound: { value: 100, gap: 0.1 },
  chosen: 0,
  points: [
    {
      id: "p0",
      pareto: true,
      feasible: true,
      params: {
        rows: 4,
        precision: "w8a8",
        kv_bits: 8,
        clock_mhz: 200,
        nodes: [
          {
            name: "matmul",
            loops: [{ dim: "k", trip: 128, tile: 8, unroll: 8, order: 0 }],
            ii: 1,
            partition: null,
            placement: null,
            fifo_depths: {},
          },
        ],
      },
      estimate: {
        cycles_per_token: 110,
        prefill_cycles: 900,
        dsp: 8,
        lut: 100,
        ff: 100,
        bram18: 1,
        uram: 0,
        dram_bytes_per_token: 800,
        j_per_token: 1e-6,
      },
      measured: null,
    },
  ],
};

test("an exploration report", () => {
  expect(exploreSchema.parse(report)).toEqual(report);
  expect(exploreSchema.safeParse({ ...report, points: [{ id: "p0" }] }).success).toBe(false);
});
