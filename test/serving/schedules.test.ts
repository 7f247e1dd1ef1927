import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { nothingExercised } from "../../bench/serving/random-schedule.ts";
import { PARAMETERS, playReferenceSeed } from "../../bench/serving/reference-schedules.ts";

const kept = z
  .object({ reference: z.array(z.int()), rtl: z.array(z.int()) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "failing-seeds.json"), "utf8")));

test.each(kept.reference)("seed %i, which failed once", async (seed) => {
  expect(await playReferenceSeed(seed)).toBeUndefined();
});

test("whatever runs beside a request, however it is cut, moved and preempted, it gets the tokens that it gets alone", async () => {
  const exercised = nothingExercised();
  for (let seed = 0; seed < 150; seed++)
    expect([seed, await playReferenceSeed(seed, exercised)]).toEqual([seed, undefined]);
  for (const [what, count] of Object.entries(exercised)) expect([what, count > 0]).toEqual([what, true]);
  expect(PARAMETERS).toBeLessThan(20_000);
}, 240_000);
