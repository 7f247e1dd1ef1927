import { expect, test } from "vitest";
import { z } from "zod";
import { POLYBENCH } from "../../../bench/polybench/kernels.ts";
import { parseModule } from "../../../ir/index.ts";
import { benchSchema } from "../../schemas/bench.ts";
import { hidalgo, lastObject } from "../../testing/run-in-process.ts";
import { countOperations } from "./count-operations.ts";
import { publishedOf } from "./published.ts";

const row = z.looseObject({
  name: z.string(),
  cycles: z.number(),
  estimated_cycles: z.number(),
  matches_reference: z.boolean(),
  units: z.record(z.string(), z.number()),
});

test("a kernel in the order of its text: hardware, cycles and the suite's results", async () => {
  const ended = await hidalgo("bench", "polybench", "--kernels", "mvt", "--rounding", "strict", "--json");
  expect(ended).toMatchObject({ code: 0 });
  const table = benchSchema.parse(lastObject(ended));
  const rows = z.array(row).parse(table.rows);
  expect(rows.map(({ name }) => name)).toEqual(["mvt mini strict ram"]);
  for (const { cycles, matches_reference: matches, units } of rows) {
    expect(matches).toBe(true);
    expect(cycles).toBeGreaterThan(40);
    expect(units["fmul"]).toBeGreaterThanOrEqual(1);
  }
}, 240_000);

test("one operation after the other: cycles are those of the closed form, in any size", async () => {
  const sequential = ["--kernels", "gesummv", "--rounding", "strict", "--schedule", "sequential", "--json"];
  const ended = await hidalgo("bench", "polybench", ...sequential);
  const [run] = z.array(row).parse(benchSchema.parse(lastObject(ended)).rows);
  expect(run?.estimated_cycles).toBe(run?.cycles);
  const large = await hidalgo("bench", "polybench", ...sequential, "--sizes", "medium", "--estimate");
  const [estimate] = benchSchema.parse(lastObject(large)).rows;
  expect(estimate?.cycles).toBeGreaterThan(50 * (run?.cycles ?? Infinity));
}, 240_000);

test.each([
  ["gemm", { "arith.addf": 20 * 25 * 30, "arith.mulf": 20 * 25 * (1 + 2 * 30) }],
  ["syrk", { "arith.addf": (30 * 31 * 20) / 2, "arith.mulf": ((1 + 2 * 20) * 30 * 31) / 2 }],
  ["trmm", { "arith.addf": (30 * 20 * 19) / 2, "arith.mulf": (30 * 20 * 19) / 2 + 20 * 30 }],
])("operations of %s are counted, triangles as triangles", (name, wanted) => {
  const kernel = POLYBENCH.find((each) => each.name === name);
  const module = parseModule(kernel?.at("mini").text("strict") ?? "", "kernel.mlir");
  const counts = module.kind === "ok" ? countOperations(module.value, kernel?.top ?? "") : new Map();
  expect(Object.fromEntries(counts)).toEqual(wanted);
});

test("an unknown kernel is refused by name", async () => {
  const ended = await hidalgo("bench", "polybench", "--kernels", "gemm,lu");
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.stderr).toContain("there is no kernel lu");
});

test("published figures stand at medium size, one column per system", () => {
  expect(publishedOf("gemm")).toMatchObject({
    allo: { cycles: 239_025 },
    allo_codo: { cycles: 238_620, dsp: 285 },
    scalehls: { cycles: 352_961 },
    stream_hls: { cycles: 70_496, dsp: 834 },
  });
  expect(publishedOf("seidel-2d")).toEqual({});
});
