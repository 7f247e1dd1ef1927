import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { z } from "zod";
import { loadDevice } from "../../backend-hls/index.ts";
import { deviceFor, takeValue } from "../../bench/rows/play-configuration.ts";
import { plainConfig, randomCheckpoint } from "../../bench/rows/random-checkpoint.ts";
import {
  aloneSchedule,
  firstWrongAnswer,
  nothingExercised,
  playSchedule,
  randomSchedule,
  type ScheduleSpace,
  smallerDevice,
} from "../../bench/serving/random-schedule.ts";
import { compileDesign } from "../../cli/index.ts";

const kept = z
  .object({ rtl: z.array(z.int()) })
  .parse(JSON.parse(readFileSync(join(import.meta.dirname, "failing-seeds.json"), "utf8")));

const [window, maxContext, blockSize] = [11, 32, 4];
const checkpoint = randomCheckpoint({ ...plainConfig, layers: 1, window, maxContext }, 5);
const array = { pn: 2, pk: 4, pt: 2, rows: 6, outputs: { candidates: 3, logits: true } };
const device = deviceFor(takeValue(loadDevice("ref64")), array);
const design = takeValue(compileDesign({ checkpoint, device, array, blockSize, maxContext, sequences: 4 }));

const space: ScheduleSpace = {
  vocab: checkpoint.config.vocab,
  maxContext,
  mostRows: array.rows,
  mostSequences: 4,
  mostAccelerators: 2,
  mostRequests: 4,
  window,
  hasLogits: true,
};

/** Two machines, the memory of one of them slow at random. */
const machines = [
  takeValue(await design.open({ simulator: "embedded", backPressure: 7 })),
  takeValue(await design.open({ simulator: "embedded" })),
];
afterAll(async () => {
  for (const machine of machines) await machine.close();
});

test("in front of hardware, too, each request gets the tokens that it gets alone from the reference", async () => {
  const exercised = nothingExercised();
  const reference = design.openReference();
  for (const seed of [...kept.rtl, ...Array.from({ length: 20 }, (_, n) => n)]) {
    const schedule = randomSchedule(seed, space);
    const blocks = Math.ceil(maxContext / blockSize) + 1 + schedule.spare;
    const used = machines.slice(0, schedule.accelerators).map((machine) => smallerDevice(machine, blocks));
    const together = await playSchedule(used, schedule, { exercised, seed });
    const wrong = await firstWrongAnswer(schedule, together, (request) =>
      playSchedule([reference], aloneSchedule(request), { exercised: nothingExercised(), seed }),
    );
    expect([seed, wrong]).toEqual([seed, undefined]);
  }
  for (const what of ["preempted", "movedBlocks", "hitTokens"] as const)
    expect([what, exercised[what] > 0]).toEqual([what, true]);
}, 300_000);
