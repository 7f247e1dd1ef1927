import { expect, test } from "vitest";
import { z } from "zod";
import { benchSchema } from "../schemas/bench.ts";
import { hidalgo, lastObject } from "../testing/run-in-process.ts";

const row = z.looseObject({ name: z.string(), rung: z.string(), cycles: z.number() });

test("every rung of the ladder is quicker than the one before it, on every kernel", async () => {
  const ended = await hidalgo("bench", "ablation", "--estimate", "--json");
  expect(ended).toMatchObject({ code: 0 });
  const rows = z.array(row).parse(benchSchema.parse(lastObject(ended)).rows);
  expect(rows).toHaveLength(16);
  rows.forEach(({ name, rung, cycles }, index) => {
    const below = rows[index - 1];
    if (rung !== "sequential")
      expect({ name, cycles: cycles < (below?.cycles ?? 0) }).toEqual({ name, cycles: true });
  });
}, 240_000);
