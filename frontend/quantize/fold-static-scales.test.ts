import { expect, test } from "vitest";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { forward } from "../executor/decoder.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { foldStaticScales } from "./fold-static-scales.ts";

const checkpoint = tinyCheckpoint({ ...tinyConfig, qkvBias: true, qkNorm: true, tied: true });
const tokens = [0, 3, 7, 2, 9, 4, 4, 5];
const calibration = collectStatistics(checkpoint, { source: "test", windows: [tokens] });
const folded = foldStaticScales({ checkpoint, calibration });

test("static scales leave the model without changing its function", () => {
  const wanted = forward(createFloatDecoder(checkpoint), tokens);
  const given = forward(createFloatDecoder(folded.checkpoint), tokens);
  for (const [i, logits] of wanted.entries()) {
    const largest = Math.max(...logits.map(Math.abs));
    for (const [j, logit] of logits.entries())
      expect(Math.abs((given[i]?.[j] ?? 0) - logit)).toBeLessThanOrEqual(1e-5 * largest);
  }
});

test("the largest calibrated magnitude of every input is 127, and the statistics say so", () => {
  const again = collectStatistics(folded.checkpoint, calibration);
  for (const { layers, head } of [folded.calibration, again]) {
    for (const input of [...layers.flatMap((layer) => Object.values(layer)), head])
      expect(Math.max(...input.largest)).toBeCloseTo(127, 3);
  }
});
