import { expect, test } from "vitest";
import { Tally } from "../../bench/serving/exercised.ts";
import { PARAMETERS, playReferenceSeed } from "../../bench/serving/reference-schedules.ts";
import { keptSeeds } from "./kept-seeds.ts";

test.each(keptSeeds.reference)("seed %i, which failed once", async (seed) => {
  expect(await playReferenceSeed(seed)).toBeUndefined();
});

test("whatever runs beside a request, however it is cut, moved and preempted, it gets the tokens that it gets alone", async () => {
  const tally = new Tally();
  for (let seed = 0; seed < 150; seed++)
    expect([seed, await playReferenceSeed(seed, tally)]).toEqual([seed, undefined]);
  expect(tally.missing).toEqual([]);
  expect(PARAMETERS).toBeLessThan(20_000);
}, 240_000);
