import { expect } from "vitest";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { layerInputNames } from "../calibrate/statistics.ts";
import type { Checkpoint } from "../checkpoint.ts";
import { forward } from "../executor/decoder.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
import type { CalibratedModel } from "../quantize/scale-inputs.ts";

/** Every logit of the tokens is that of another checkpoint, within 1e-5 of the largest of its position. */
export function expectSameFunction(given: Checkpoint, wanted: Checkpoint, tokens: readonly number[]): void {
  const logitsOf = (checkpoint: Checkpoint) => forward(createFloatDecoder(checkpoint), tokens);
  const found = logitsOf(given);
  for (const [i, logits] of logitsOf(wanted).entries()) {
    const largest = Math.max(...logits.map(Math.abs));
    for (const [j, logit] of logits.entries())
      expect(Math.abs((found[i]?.[j] ?? 0) - logit)).toBeLessThanOrEqual(1e-5 * largest);
  }
}

/** The statistics are those that calibration takes of the checkpoint beside them. */
export function expectOwnStatistics({ checkpoint, calibration }: CalibratedModel): void {
  const again = collectStatistics(checkpoint, calibration);
  for (const input of layerInputNames) {
    const [given, wanted] = [calibration.layers[1]?.[input], again.layers[1]?.[input]];
    for (const [j, value] of (wanted?.largest ?? []).entries())
      expect(given?.largest[j]).toBeCloseTo(value, 4);
  }
  expect(calibration.head.largest[3]).toBeCloseTo(again.head.largest[3] ?? 0, 4);
  expect(calibration.head.samples[9]).toBeCloseTo(again.head.samples[9] ?? 0, 4);
}
