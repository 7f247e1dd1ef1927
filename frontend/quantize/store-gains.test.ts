import { expect, test } from "vitest";
import { roundBf16 } from "../../ir/index.ts";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { forward } from "../executor/decoder.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
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
  const wanted = forward(createFloatDecoder(checkpoint), tokens);
  const given = forward(createFloatDecoder(stored), tokens);
  for (const [i, logits] of wanted.entries()) {
    const largest = Math.max(...logits.map(Math.abs));
    for (const [j, logit] of logits.entries())
      expect(Math.abs((given[i]?.[j] ?? 0) - logit)).toBeLessThanOrEqual(1e-5 * largest);
  }
});

test("gains that bfloat16 holds leave a checkpoint as it is", () => {
  expect(storeGains(exact)).toEqual(exact);
});

test("statistics are those that calibration would take", () => {
  const model = storeCalibratedGains({ checkpoint, calibration });
  const again = collectStatistics(model.checkpoint, calibration);
  for (const input of ["qkv", "wo", "gateUp", "down"] as const) {
    const [given, wanted] = [model.calibration.layers[1]?.[input], again.layers[1]?.[input]];
    for (const [j, value] of (wanted?.largest ?? []).entries())
      expect(given?.largest[j]).toBeCloseTo(value, 4);
  }
  expect(model.calibration.head.largest[3]).toBeCloseTo(again.head.largest[3] ?? 0, 4);
});
