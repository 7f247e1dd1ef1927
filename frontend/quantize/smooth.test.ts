import { expect, test } from "vitest";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { expectOwnStatistics, expectSameFunction } from "../testing/same-model.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { type MigrationStrength, parsePrecision } from "./precision.ts";
import { largestOfColumns } from "./scale-inputs.ts";
import { smooth } from "./smooth.ts";

const checkpoint = tinyCheckpoint({ ...tinyConfig, qkvBias: true, qkNorm: true, tied: true });
const tokens = [0, 3, 7, 2, 9, 4, 4, 5];
const calibration = collectStatistics(checkpoint, { source: "test", windows: [tokens] });

function smoothed(alpha: MigrationStrength): ReturnType<typeof smooth> {
  const precision = parsePrecision("smoothquant-o3", { alpha });
  if (precision.kind === "error") throw new Error("a known name");
  return smooth({ checkpoint, calibration }, precision.value);
}

test.each([0, 0.5, 0.85, 1, "architecture", "auto"] as const)(
  "alpha %s computes the same function",
  (alpha) => {
    expectSameFunction(smoothed(alpha).checkpoint, checkpoint, tokens);
  },
);

test("channels become even: with alpha 1 all maxima of activations are 1, with alpha 0 those of weights", () => {
  const activations = smoothed(1);
  for (const value of activations.calibration.layers[0]?.qkv.largest ?? []) expect(value).toBeCloseTo(1, 5);
  const weights = smoothed(0).checkpoint.layers[1];
  const columns = largestOfColumns(
    [weights?.wGate, weights?.wUp].filter((m) => m !== undefined),
    8,
  );
  for (const value of columns) expect(value).toBeCloseTo(1, 5);
});

test("statistics of the smoothed model are those that its own calibration takes", () => {
  expectOwnStatistics(smoothed(0.5));
});
