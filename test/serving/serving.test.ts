import { afterAll, expect, test } from "vitest";
import { Tally } from "../../bench/serving/exercised.ts";
import { RtlSchedules } from "../../bench/serving/rtl-schedules.ts";
import { keptSeeds } from "./kept-seeds.ts";

const hardware = new RtlSchedules();
afterAll(() => hardware.close());

test("in front of hardware, too, each request gets the tokens that it gets alone from the reference", async () => {
  const tally = new Tally();
  for (const seed of [...keptSeeds.rtl, ...Array.from({ length: 48 }, (_, n) => n)])
    expect([seed, await hardware.play(seed, tally)]).toEqual([seed, undefined]);
  expect(tally.missing).toEqual([]);
  expect(tally.of("schedules with preemption")).toBeGreaterThanOrEqual(20);
  for (const machine of ["kv8", "kv16", "back-pressure"])
    expect([machine, tally.of(`steps with ${machine}`) > 100]).toEqual([machine, true]);
}, 300_000);
