import { expect, test } from "vitest";
import { z } from "zod";
import { benchSchema } from "../schemas/bench.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";

const row = z.looseObject({
  name: z.string(),
  cycles: z.number(),
  estimated_cycles: z.number(),
  memory_bound_cycles: z.number(),
  published_speedup: z.number(),
});

test("a kernel of ScaleHLS's table: by the plan at its size, by hardware at a small one, without error", async () => {
  const ended = await hidalgo(
    ...["bench", "scalehls", "--kernels", "gesummv", "--rtl-n", "16", "--macs", "8", "--json"],
  );
  expect(ended).toMatchObject({ code: 0 });
  const [large, small] = z.array(row).parse(benchSchema.parse(lastObject(ended)).rows);
  expect([large?.name, small?.name]).toEqual(["gesummv 4096 strict ram", "gesummv 16 strict ram"]);
  expect(large?.published_speedup).toBeCloseTo(199.1, 1);
  expect(large?.cycles).toBeGreaterThan((2 * 4096 ** 2) / 8);
  expect(large?.memory_bound_cycles).toBeGreaterThan((2 * 4096 ** 2 * 4) / 42.7);
  expect(small?.cycles).toBe(small?.estimated_cycles);
}, 240_000);

test("a kernel that the table does not have is refused by name", async () => {
  const ended = await hidalgo("bench", "scalehls", "--kernels", "gesummv,lu");
  expect(ended).toMatchObject({ code: 1 });
  expect(ended.stderr).toContain("there is no kernel lu");
});
