import { expect, test } from "vitest";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { createHessianSource } from "../calibrate/hessians.ts";
import { seededFloats, tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { compensationOf } from "./gptq.ts";
import { parsePrecision, type Rounding } from "./precision.ts";
import { guideRounding, quantizeInt4, widenInt4 } from "./quantize-int4.ts";
import { quantizeTo } from "./quantize-model.ts";

const columns = 40;
const rows = 24;
const count = 100;

/** Inputs that are correlated: few sources mixed into all channels, some channels larger than others. */
const inputs = ((): Float32Array => {
  const sources = seededFloats(count * 6, 1);
  const mix = seededFloats(6 * columns, 2);
  return Float32Array.from({ length: count * columns }, (_, i) => {
    const [n, k] = [Math.floor(i / columns), i % columns];
    let sum = 0;
    for (let s = 0; s < 6; s++) sum += (sources[n * 6 + s] ?? 0) * (mix[s * columns + k] ?? 0);
    return sum * (k % 8 === 0 ? 5 : 1);
  });
})();

const moments = ((): Float64Array => {
  const sum = new Float64Array(columns ** 2);
  for (let n = 0; n < count; n++)
    for (let i = 0; i < columns; i++)
      for (let j = 0; j < columns; j++)
        sum[i * columns + j] =
          (sum[i * columns + j] ?? 0) +
          ((inputs[n * columns + i] ?? 0) * (inputs[n * columns + j] ?? 0)) / count;
  return sum;
})();

const matrix = seededFloats(rows * columns, 3);

/** Mean square of what the rounded matrix gives wrong. */
function errorOf(rounding: Rounding): number {
  const guide = rounding === "nearest" ? undefined : guideRounding(rounding, moments, columns);
  const rounded = widenInt4(quantizeInt4(columns, 16, [matrix], guide));
  let error = 0;
  for (let row = 0; row < rows; row++)
    for (let n = 0; n < count; n++) {
      let difference = 0;
      for (let k = 0; k < columns; k++)
        difference +=
          ((matrix[row * columns + k] ?? 0) - (rounded[row * columns + k] ?? 0)) *
          (inputs[n * columns + k] ?? 0);
      error += difference ** 2 / (rows * count);
    }
  return error;
}

test("clipping by importance errs less than rounding to nearest, compensation much less", () => {
  const nearest = errorOf("nearest");
  expect(errorOf("awq")).toBeLessThan(nearest);
  expect(errorOf("gptq")).toBeLessThan(0.5 * nearest);
});

test("the factor of the compensation is that of the inverse second moments", () => {
  const { order, factor } = compensationOf(moments, columns);
  expect(new Set(order).size).toBe(columns);
  const mean =
    Array.from({ length: columns }, (_, k) => moments[k * columns + k] ?? 0).reduce((a, b) => a + b) /
    columns;
  const damped = (i: number, j: number): number =>
    (moments[(order[i] ?? 0) * columns + (order[j] ?? 0)] ?? 0) + (i === j ? 0.01 * mean : 0);
  // (U^T U) H = 1
  for (const [i, j] of [
    [0, 0],
    [3, 7],
    [39, 39],
    [20, 5],
  ] as const) {
    let sum = 0;
    for (let k = 0; k < columns; k++) {
      let inverse = 0;
      for (let m = 0; m <= Math.min(i, k); m++)
        inverse += (factor[m * columns + i] ?? 0) * (factor[m * columns + k] ?? 0);
      sum += inverse * damped(k, j);
    }
    expect(sum).toBeCloseTo(i === j ? 1 : 0, 6);
  }
});

test("a group is never straddled: columns that are no multiple of it end in a shorter group", () => {
  const row = Float32Array.from({ length: columns }, (_, k) => (k < 32 ? 100 : 1));
  const quantized = quantizeInt4(columns, 16, [row]);
  expect(quantized.groupScales).toHaveLength(3);
  for (const [k, value] of widenInt4(quantized).entries()) expect(value).toBeCloseTo(row[k] ?? 0, 0);
});

test("second moments of a model are the means of x x^T, taken layer by layer", () => {
  const checkpoint = tinyCheckpoint(tinyConfig);
  const windows = [
    [0, 3, 5, 7, 2, 2, 9],
    [0, 8, 6, 4],
  ];
  const source = createHessianSource(checkpoint, windows);
  const { layers } = collectStatistics(checkpoint, { source: "test", windows });
  const { samples } = layers[1]?.gateUp ?? { samples: new Float32Array() };
  const hessian = source.of("gateUp", 1);
  for (const [i, j] of [
    [0, 0],
    [2, 6],
    [6, 2],
  ] as const) {
    let sum = 0;
    for (let from = 0; from < samples.length; from += 8)
      sum += (samples[from + i] ?? 0) * (samples[from + j] ?? 0);
    expect(hessian[i * 8 + j]).toBeCloseTo(sum / 11, 8);
  }
});

test.each(["nearest", "gptq", "awq"] as const)("a whole model rounded by %s", (rounding) => {
  const checkpoint = tinyCheckpoint(tinyConfig);
  const windows = [[0, 3, 5, 7, 2, 2, 9]];
  const precision = parsePrecision("w4a8", { rounding });
  if (precision.kind === "error") throw new Error("a known name");
  const model = quantizeTo(
    checkpoint,
    precision.value,
    collectStatistics(checkpoint, { source: "", windows }),
  );
  expect(model.layers.map(({ qkv, wDown }) => [qkv.kind, wDown.kind])).toEqual([
    ["int4", "int4"],
    ["int4", "int4"],
  ]);
  expect(model.head.kind).toBe("int8");
});
