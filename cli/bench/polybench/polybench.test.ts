import { expect, test } from "vitest";
import { z } from "zod";
import { benchSchema } from "../../schemas/bench.ts";
import { hidalgo, lastObject } from "../../testing/run-in-process.ts";
import { publishedOf } from "./published.ts";

const row = z.looseObject({
  name: z.string(),
  cycles: z.number(),
  matches_reference: z.boolean(),
  units: z.record(z.string(), z.number()),
});

test("a kernel in both orders: hardware, cycles and the suite's results", async () => {
  const ended = await hidalgo("bench", "polybench", "--kernels", "mvt", "--json");
  expect(ended).toMatchObject({ code: 0 });
  const table = benchSchema.parse(lastObject(ended));
  const rows = z.array(row).parse(table.rows);
  expect(rows.map(({ name }) => name)).toEqual(["mvt mini strict ram", "mvt mini reassoc ram"]);
  for (const { cycles, matches_reference: matches, units } of rows) {
    expect(matches).toBe(true);
    expect(cycles).toBeGreaterThan(40);
    expect(units["fmul"]).toBeGreaterThanOrEqual(1);
  }
}, 60_000);

test("an unknown kernel is refused by name", async () => {
  const ended = await hidalgo("bench", "polybench", "--kernels", "gemm,lu");
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.stderr).toContain("there is no kernel lu");
});

test("published figures stand at medium size, one column per system", () => {
  expect(publishedOf("gemm")).toMatchObject({
    allo: { cycles: 239_025, dsp: 285 },
    scalehls: { cycles: 352_961 },
    stream_hls: { cycles: 70_496, dsp: 834 },
  });
  expect(publishedOf("seidel-2d")).toEqual({});
});
