import { expect, test } from "vitest";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { expectSameFunction } from "../testing/same-model.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { foldStaticScales } from "./fold-static-scales.ts";

const checkpoint = tinyCheckpoint({ ...tinyConfig, qkvBias: true, qkNorm: true, tied: true });
const tokens = [0, 3, 7, 2, 9, 4, 4, 5];
const calibration = collectStatistics(checkpoint, { source: "test", windows: [tokens] });
const folded = foldStaticScales({ checkpoint, calibration });

test("static scales leave the model without changing its function", () => {
  expectSameFunction(folded.checkpoint, checkpoint, tokens);
});

test("the largest calibrated magnitude of every input is 127, and the statistics say so", () => {
  const again = collectStatistics(folded.checkpoint, calibration);
  for (const { layers, head } of [folded.calibration, again]) {
    for (const input of [...layers.flatMap((layer) => Object.values(layer)), head])
      expect(Math.max(...input.largest)).toBeCloseTo(127, 3);
  }
});
