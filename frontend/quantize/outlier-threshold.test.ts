import fc from "fast-check";
import { expect, test } from "vitest";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { mostOutliers, thresholdLeaving } from "./outlier-threshold.ts";
import { parsePrecision } from "./precision.ts";
import { quantizeTo } from "./quantize-model.ts";

const checkpoint = tinyCheckpoint(tinyConfig);
const calibration = collectStatistics(checkpoint, { source: "test", windows: [[0, 3, 5, 7, 2, 2, 9, 4]] });

test("the most outlier columns are those of the quantized model's largest list", () => {
  for (const threshold of [0.3, 1, 2]) {
    const precision = parsePrecision("llm.int8", { threshold });
    if (precision.kind === "error") throw new Error("a known name");
    const { layers, headInput } = quantizeTo(checkpoint, precision.value, calibration);
    const inner = layers.flatMap(({ inputs: { qkv, wo, gateUp, down } }) => [qkv, wo, gateUp, down]);
    const lists = [...inner, headInput];
    const most = Math.max(...lists.map(({ outliers }) => outliers?.length ?? 0));
    expect(mostOutliers(calibration, threshold).columns).toBe(most);
  }
});

test("a threshold that leaves so many columns leaves no more, and one hundredth less would", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 12 }), (columns) => {
      const threshold = thresholdLeaving(calibration, columns);
      expect(mostOutliers(calibration, threshold).columns).toBeLessThanOrEqual(columns);
      if (threshold > 0.01)
        expect(mostOutliers(calibration, threshold - 0.01).columns).toBeGreaterThan(columns);
    }),
  );
});
