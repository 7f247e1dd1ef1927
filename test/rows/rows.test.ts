import { expect, test } from "vitest";
import { type ArrayShape, type Device as DeviceFile, loadDevice } from "../../backend-hls/index.ts";
import { Choices } from "../../bench/fuzz/choices.ts";
import { stepOf } from "../../bench/rows/compare-devices.ts";
import { randomConfiguration } from "../../bench/rows/configurations.ts";
import { rowsOfRuns } from "../../bench/rows/mixed-steps.ts";
import {
  deviceFor,
  playConfiguration,
  takeValue,
  withHardware,
} from "../../bench/rows/play-configuration.ts";
import { answerTogether, playMixed } from "../../bench/rows/play-mixed.ts";
import { playTree } from "../../bench/rows/play-tree.ts";
import { plainConfig, randomCheckpoint } from "../../bench/rows/random-checkpoint.ts";
import { type CompiledDesign, compileDesign } from "../../cli/index.ts";
import { generate } from "../../runtime-host/index.ts";

const file: DeviceFile = takeValue(loadDevice("ref64"));
const config = { ...plainConfig, layers: 1, window: 11 };
const checkpoint = randomCheckpoint(config, 1);

function designOf(
  array: ArrayShape,
  sizes: { readonly maxContext: number; readonly sequences: number },
): CompiledDesign {
  const device = deviceFor(file, array);
  return takeValue(compileDesign({ checkpoint, device, array, blockSize: 4, ...sizes }));
}

test("rows of several sequences, trees among them, in any mixture give what the reference gives: tokens, candidates, all logits", async () => {
  const array = { pn: 4, pk: 4, pt: 2, rows: 6, outputs: { candidates: 5, logits: true } };
  const design = designOf(array, { maxContext: 32, sequences: 5 });
  const choices = new Choices(2);
  const played = await withHardware(design, { simulator: "embedded" }, (device) =>
    playMixed(device, design.openReference(), { sequences: 4, length: 32, choices }),
  );
  expect(played.difference).toBeUndefined();
  expect(played.emissions).toBeGreaterThan(10);
});

test("pauses of the memory change cycles, and nothing else", async () => {
  const array = { pn: 2, pk: 4, rows: 4, outputs: { candidates: 3, logits: true } };
  const design = designOf(array, { maxContext: 16, sequences: 4 });
  const cycles = new Set<number>();
  for (const backPressure of [undefined, 1, 2, 3, 4, 5]) {
    const played = await withHardware(design, { simulator: "embedded", backPressure }, (device) =>
      playMixed(device, design.openReference(), { sequences: 3, length: 16, choices: new Choices(3) }),
    );
    expect(played.difference).toBeUndefined();
    cycles.add(played.cycles);
  }
  expect(cycles.size).toBe(6);
});

test("a prompt in chunks of any size gives the same tokens", async () => {
  const request = {
    promptIds: Array.from({ length: 70 }, (_, i) => (7 * i + 3) % 37),
    maxTokens: 4,
    stopIds: [],
  };
  const tokens: (readonly number[])[] = [];
  for (const rows of [1, 4, 16, 64]) {
    const design = designOf({ pn: 2, pk: 8, rows }, { maxContext: 80, sequences: 1 });
    if (rows === 1) tokens.push(takeValue(await generate(design.openReference(), request)).tokenIds);
    const generation = await withHardware(design, { simulator: "embedded" }, (device) =>
      generate(device, request),
    );
    expect(takeValue(generation).steps.length).toBe(Math.ceil(70 / rows) + 3);
    tokens.push(takeValue(generation).tokenIds);
  }
  expect(new Set(tokens.map(String)).size).toBe(1);
}, 180_000);

test.each([
  [3, 4],
  [16, 8],
])(
  "%i sequences mixed in the same steps of %i rows answer what each answers alone",
  async (count, rows) => {
    const design = designOf({ pn: 2, pk: 8, rows }, { maxContext: 16, sequences: count });
    const choices = new Choices(count);
    const prompts = Array.from({ length: count }, () =>
      Array.from({ length: choices.between(1, 11) }, () => choices.below(37)),
    );
    const { answers, mixed } = await withHardware(design, { simulator: "embedded" }, (device) =>
      answerTogether(device, prompts, 4, choices),
    );
    const alone = [];
    for (const promptIds of prompts) {
      const answer = await generate(design.openReference(), { promptIds, maxTokens: 4, stopIds: [] });
      alone.push(takeValue(answer).tokenIds);
    }
    expect(answers).toEqual(alone);
    expect(mixed).toBeGreaterThan(3);
  },
  120_000,
);

test("the head takes the rows that emit only, and no time where none does", async () => {
  const design = designOf({ pn: 2, pk: 8, rows: 8 }, { maxContext: 16, sequences: 1 });
  const cyclesOf = (emitting: number): Promise<number> =>
    withHardware(design, { simulator: "embedded", memory: "ideal" }, async (device) => {
      const tokens = Array.from({ length: 8 }, (_, i) => i);
      const sequence = { id: 0, tokens, computed: 0, blocks: [2, 1] };
      const rows = rowsOfRuns([{ sequence, count: 8 }], 4, (_, position) =>
        position < emitting ? "argmax" : "none",
      );
      return (await stepOf(device, rows)).counters?.cycles ?? 0;
    });
  const [none, one, all] = [await cyclesOf(0), await cyclesOf(1), await cyclesOf(8)];
  const headBeats = Math.ceil(config.vocab / 2) * Math.ceil(config.hidden / 8);
  expect(one - none).toBeGreaterThanOrEqual(headBeats / 2); // what ends a step without head takes time too
  expect(all - one).toBeGreaterThanOrEqual(6 * headBeats);
});

test("random configurations: whatever is chosen of model and array, hardware and reference agree", async () => {
  for (let seed = 1; seed <= 6; seed++) {
    const one = randomConfiguration(new Choices(seed));
    const played = await playConfiguration(one, { file, seed, simulator: "embedded" });
    expect(played.difference, JSON.stringify(one)).toBeUndefined();
  }
}, 300_000);

test("rows of a tree, which share positions, give what each path gives alone", async () => {
  const array = { pn: 2, pk: 8, pt: 2, rows: 12, outputs: { candidates: 1, logits: true } };
  const design = designOf(array, { maxContext: 40, sequences: 2 });
  await withHardware(design, { simulator: "embedded" }, async (device) => {
    for (const [seed, context] of [0, 3, 13, 24].entries())
      expect(await playTree(device, design.openReference(), { context, nodes: 12, seed })).toBe("same");
  });
}, 480_000);
