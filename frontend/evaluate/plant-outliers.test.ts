import { expect, test } from "vitest";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { forward } from "../executor/decoder.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
import { createIntegerDecoder } from "../executor/integer-decoder.ts";
import { parsePrecision } from "../quantize/precision.ts";
import { quantizeTo } from "../quantize/quantize-model.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { type Planting, plantOutliers } from "./plant-outliers.ts";

const checkpoint = tinyCheckpoint({ ...tinyConfig, hidden: 16, ffn: 24 });
const tokens = [0, 3, 7, 2, 9, 4, 4, 5];
const exact = forward(createFloatDecoder(checkpoint), tokens);

/** Largest difference of any logit, as a share of the largest logit. */
function distance(logits: readonly Float32Array[]): number {
  const largest = Math.max(...exact.flatMap((row) => Array.from(row, Math.abs)));
  const differences = exact.flatMap((row, i) =>
    Array.from(row, (v, j) => Math.abs(v - (logits[i]?.[j] ?? 0))),
  );
  return Math.max(...differences) / largest;
}

/** The same of a planted checkpoint in a precision. */
function quantizedDistance(planted: typeof checkpoint, name: string, options = {}): number {
  const precision = parsePrecision(name, { kv: 16, ...options });
  if (precision.kind === "error") throw new Error("a known name");
  const calibration = collectStatistics(planted, { source: "test", windows: [tokens] });
  return distance(forward(createIntegerDecoder(quantizeTo(planted, precision.value, calibration)), tokens));
}

const norms: Planting = { kind: "norms", channels: [5], factor: 100 };
const ffn: Planting = { kind: "ffn", channels: [11, 20], factor: 100 };

test.each([norms, ffn])("outliers in $kind change nothing in float32", (planting) => {
  const planted = plantOutliers(checkpoint, planting);
  expect(planted.sha256).not.toBe(checkpoint.sha256);
  expect(distance(forward(createFloatDecoder(planted), tokens))).toBeLessThan(1e-5);
});

test("outliers of norms: int8 fails, migration and 16-bit columns hold", () => {
  const planted = plantOutliers(checkpoint, norms);
  const before = quantizedDistance(checkpoint, "w8a8");
  expect(quantizedDistance(planted, "w8a8")).toBeGreaterThan(4 * before);
  expect(quantizedDistance(planted, "smoothquant")).toBeLessThan(3 * before);
  expect(quantizedDistance(planted, "llm.int8", { threshold: 8 })).toBeLessThan(2 * before);
});

test("outliers behind the gate: migration does not reach them, 16-bit columns hold", () => {
  const planted = plantOutliers(checkpoint, ffn);
  const before = quantizedDistance(checkpoint, "w8a8");
  expect(quantizedDistance(planted, "smoothquant")).toBeGreaterThan(4 * before);
  expect(quantizedDistance(planted, "llm.int8", { threshold: 8 })).toBeLessThan(2 * before);
});

test("outliers of few tokens are in those tokens alone", () => {
  const planted = plantOutliers(checkpoint, { kind: "tokens", tokens: [3], channel: 2, value: 50 });
  expect(forward(createFloatDecoder(planted), [0, 7])).toEqual(
    forward(createFloatDecoder(checkpoint), [0, 7]),
  );
  expect(planted.embed[3 * 16 + 2]).toBe(50);
  expect(distance(forward(createFloatDecoder(planted), tokens))).toBeGreaterThan(0.01);
});
