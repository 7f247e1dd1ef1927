import { expect, test } from "vitest";
import { roundBf16 } from "../../ir/index.ts";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { expectOwnStatistics, expectSameFunction } from "../testing/same-model.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { storeCalibratedGains, storeGains } from "./store-gains.ts";

const exact = tinyCheckpoint({ ...tinyConfig, qkvBias: true, qkNorm: true, tied: true });
const thirds = (gains: Float32Array): Float32Array => gains.map((gain) => gain / 3);
const checkpoint = {
  ...exact,
  layers: exact.layers.map((layer) => ({
    ...layer,
    attnNorm: thirds(layer.attnNorm),
    ffnNorm: thirds(layer.ffnNorm),
  })),
  finalNorm: thirds(exact.finalNorm),
};
const tokens = [0, 3, 7, 2, 9, 4, 4, 5];
const calibration = collectStatistics(checkpoint, { source: "test", windows: [tokens] });

test("gains become bfloat16, the function stays", () => {
  const stored = storeGains(checkpoint);
  const gains = [...stored.layers.flatMap(({ attnNorm, ffnNorm }) => [attnNorm, ffnNorm]), stored.finalNorm];
  for (const gain of gains.flatMap((vector) => [...vector])) expect(gain).toBe(roundBf16(gain));
  expect(stored.finalNorm).not.toEqual(checkpoint.finalNorm);
  expectSameFunction(stored, checkpoint, tokens);
});

test("gains that bfloat16 holds leave a checkpoint as it is", () => {
  expect(storeGains(exact)).toEqual(exact);
});

test("statistics are those that calibration would take", () => {
  expectOwnStatistics(storeCalibratedGains({ checkpoint, calibration }));
});
