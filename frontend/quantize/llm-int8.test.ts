/*
 * The tests of bitsandbytes' LLM.int8 (tests/test_functional.py, test_ops.py) with its shapes and tolerances, where the
 * reference here differs only in its float format (float32 and bfloat16 for float16).
 */
import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../ir/index.ts";
import { collectStatistics } from "../calibrate/collect-statistics.ts";
import { type Activation, countMisses, prepareRows } from "../executor/activation.ts";
import { createFloatDecoder } from "../executor/float-decoder.ts";
import { createIntegerDecoder } from "../executor/integer-decoder.ts";
import { dotInt8, multiplyQuantized } from "../executor/integer-kernels.ts";
import { multiplyRow } from "../executor/multiply.ts";
import { tinyCheckpoint, tinyConfig } from "../testing/tiny-model.ts";
import { parsePrecision } from "./precision.ts";
import { quantizeInt8 } from "./quantize-matrix.ts";
import { quantizeTo } from "./quantize-model.ts";
import { storedScale } from "./stored-scale.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const perToken = { kind: "int8", scales: "token" } as const;

/** A stream of 32-bit words (xorshift32). */
function words(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** Normally distributed float32 (the sum of twelve even ones, less six). */
function normal(count: number, deviation: number, seed: number): Float32Array {
  const next = words(seed);
  const one = (): number => Array.from({ length: 12 }, () => next() / 2 ** 32).reduce((a, b) => a + b) - 6;
  return Float32Array.from({ length: count }, () => deviation * one());
}

/** [dim1, dim3] times the transpose of [dim2, dim3] in double precision. */
function product(a: Float32Array, b: Float32Array, dim3: number): Float64Array {
  const [dim1, dim2] = [a.length / dim3, b.length / dim3];
  return Float64Array.from({ length: dim1 * dim2 }, (_, i) => {
    const [row, column] = [Math.floor(i / dim2), i % dim2];
    let sum = 0;
    for (let k = 0; k < dim3; k++) sum += (a[row * dim3 + k] ?? 0) * (b[column * dim3 + k] ?? 0);
    return sum;
  });
}

/** Rows of [n, width], prepared with these outlier columns. */
function prepare(a: Float32Array, width: number, outliers: readonly number[] = []): readonly Activation[] {
  const rows = Array.from({ length: a.length / width }, (_, r) => ({
    values: a.slice(r * width, (r + 1) * width),
    factor: 1,
  }));
  return prepareRows(perToken, { outliers: Uint32Array.from(outliers) }, rows);
}

/** The mixed product: int8 vector-wise, outlier columns in bfloat16. */
function mixed(
  a: Float32Array,
  b: Float32Array,
  width: number,
  outliers: readonly number[] = [],
): Float32Array {
  const matrix = quantizeInt8(width, [b], { scales: "channel", outliers: Uint32Array.from(outliers) });
  const products = prepare(a, width, outliers).map((row) => {
    const y = new Float32Array(matrix.rows);
    multiplyRow(matrix, row, y);
    return Array.from(y);
  });
  return Float32Array.from(products.flat());
}

test.each([
  [1, 1],
  [33, 17],
  [256, 128],
  [499, 512],
  [512, 512],
])("int8_linear_matmul: 512 x %i times 512, exactly the integer product", (columns, rows) => {
  const next = words(columns);
  const integers = (count: number): Int8Array =>
    Int8Array.from({ length: count }, () => (next() >>> 8) % 256);
  const weights = integers(rows * columns);
  const matrix = { kind: "int8", rows, columns, weights, scales: new Float32Array(rows).fill(1) } as const;
  for (let i = 0; i < 8; i++) {
    const q = integers(columns);
    const y = new Float32Array(rows);
    multiplyQuantized(matrix, q, 1, y);
    for (let row = 0; row < rows; row++) {
      let wanted = 0;
      for (let k = 0; k < columns; k++) wanted += (q[k] ?? 0) * (weights[row * columns + k] ?? 0);
      expect(y[row]).toBe(wanted);
      expect(dotInt8(q, weights, row * columns)).toBe(wanted);
    }
  }
});

test("int8_linear_matmul_half: dequantized within 0.025 + 0.05 |x| of the float product", () => {
  const [dim1, dim2, dim3] = [24, 64, 499];
  const a = normal(dim1 * dim3, 0.5, 3);
  const bound = Math.sqrt(6 / (dim2 + dim3)); // xavier uniform
  const next = words(5);
  const b = Float32Array.from({ length: dim2 * dim3 }, () => bound * (next() / 2 ** 31 - 1));
  const given = mixed(a, b, dim3);
  for (const [i, wanted] of product(a, b, dim3).entries())
    expect(Math.abs((given[i] ?? 0) - wanted)).toBeLessThanOrEqual(0.025 + 0.05 * Math.abs(wanted));
});

test("dequant_mm: at most 1 % outside of 0.015 + 0.1 |x|", () => {
  const [dim1, dim2, dim3] = [32, 48, 256];
  const a = normal(dim1 * dim3, 1, 7);
  const b = normal(dim2 * dim3, 1 / Math.sqrt(dim3), 8);
  const given = mixed(a, b, dim3);
  const wrong = [...product(a, b, dim3)].filter(
    (wanted, i) => Math.abs((given[i] ?? 0) - wanted) > 0.015 + 0.1 * Math.abs(wanted),
  );
  expect(wrong.length).toBeLessThanOrEqual(0.01 * dim1 * dim2);
});

test("integrated int8: the mean error is at most 1.025 times that of vector-wise quantization by the book", () => {
  const [dim1, dim2, dim3] = [24, 40, 256];
  const a = normal(dim1 * dim3, 1, 23);
  const b = normal(dim2 * dim3, 1 / Math.sqrt(dim3), 29);
  const exact = product(a, b, dim3);
  const quantized = (x: Float32Array): Float32Array =>
    Float32Array.from(x, (value, i) => {
      const row = x.subarray(dim3 * Math.floor(i / dim3), dim3 * (Math.floor(i / dim3) + 1));
      const step = Math.max(...row.map(Math.abs)) / 127;
      return step * Math.round(value / step);
    });
  const meanError = (given: ArrayLike<number>): number =>
    exact.reduce((sum, wanted, i) => sum + Math.abs((given[i] ?? 0) - wanted), 0) / exact.length;
  const byTheBook = meanError(product(quantized(a), quantized(b), dim3));
  expect(meanError(mixed(a, b, dim3))).toBeLessThanOrEqual(1.025 * byTheBook);
});

test("double_quant: the statistics are the largest magnitudes of rows and of columns' weights", () => {
  const width = 64;
  const a = normal(16 * width, 1, 11);
  for (const [r, row] of prepare(a, width).entries()) {
    if (row.kind !== "int8") throw new Error("int8 was asked for");
    const values = a.subarray(r * width, (r + 1) * width);
    const largest = Math.max(...values.map(Math.abs));
    expect(127 * row.scale).toBeCloseTo(largest, 5);
    for (const [k, q] of row.q.entries())
      expect(Math.abs(q - Math.round((127 * (values[k] ?? 0)) / largest))).toBeLessThanOrEqual(1);
  }
  const { scales } = quantizeInt8(width, [a]);
  for (const [r, scale] of scales.entries()) {
    const largest = Math.max(...a.subarray(r * width, (r + 1) * width).map(Math.abs));
    expect(scale).toBe(storedScale(largest / 127));
  }
});

test.each([2, 3])("coo double quant with threshold %i: int8 part and outliers rebuild A", (threshold) => {
  const width = 48;
  const a = normal(20 * width, 1, 13);
  const outliers = columnsAtLeast(a, width, threshold);
  expect(outliers.length).toBeGreaterThan(0);
  for (const [r, row] of prepare(a, width, outliers).entries()) {
    if (row.kind !== "int8") throw new Error("int8 was asked for");
    for (let k = 0; k < width; k++) {
      const outlier = outliers.indexOf(k);
      const rebuilt = outlier < 0 ? (row.q[k] ?? 0) * row.scale : (row.outliers?.[outlier] ?? 0);
      const wanted = a[r * width + k] ?? 0;
      expect(Math.abs(rebuilt - wanted)).toBeLessThanOrEqual(1.5e-2 + 0.05 * Math.abs(wanted));
      if (outlier >= 0) expect(row.q[k]).toBe(0);
    }
  }
});

test("ops: 1000 in one row makes its column an outlier, and the product stays as good as without it", () => {
  const a = normal(10 * 20, 1, 17);
  const b = normal(30 * 20, 1, 19);
  a[20] = 1000;
  expect(columnsAtLeast(a, 20, 6)).toEqual([0]);
  const exact = product(a, b, 20);
  const errorOf = (given: Float32Array): number =>
    Math.max(...exact.map((wanted, i) => Math.abs((given[i] ?? 0) - wanted) / (1 + 0.01 * Math.abs(wanted))));
  expect(errorOf(mixed(a, b, 20))).toBeGreaterThan(1); // one scale for 1000 and for 1
  expect(errorOf(mixed(a, b, 20, [0]))).toBeLessThan(0.5);
});

function columnsAtLeast(a: Float32Array, width: number, threshold: number): readonly number[] {
  const found = [...a.keys()].filter((i) => Math.abs(a[i] ?? 0) >= threshold).map((i) => i % width);
  return [...new Set(found)].toSorted((x, y) => x - y);
}

test("a model's outlier columns are exactly those that reach the threshold on the calibration text", () => {
  const checkpoint = tinyCheckpoint(tinyConfig);
  const windows = [[0, 3, 5, 7, 2, 2, 9, 4]];
  const calibration = collectStatistics(checkpoint, { source: "test", windows });
  fc.assert(
    fc.property(fc.double({ min: 0.2, max: 3, noNaN: true }), (threshold) => {
      const precision = parsePrecision("llm.int8", { threshold });
      if (precision.kind === "error") throw new Error("a known name");
      const model = quantizeTo(checkpoint, precision.value, calibration);
      const wanted = new Map<string, Set<number>>();
      const decoder = createFloatDecoder(checkpoint, {
        onInput: (input, layer, vector) => {
          const columns = wanted.get(`${input} ${layer}`) ?? new Set();
          for (const [k, value] of vector.entries()) if (Math.abs(value) >= threshold) columns.add(k);
          wanted.set(`${input} ${layer}`, columns);
        },
      });
      for (const token of at(windows, 0)) decoder.step(token);
      const given = model.layers.flatMap(({ inputs }, layer) =>
        (["qkv", "wo", "gateUp", "down"] as const).map((name) => [`${name} ${layer}`, inputs[name]] as const),
      );
      for (const [name, { outliers }] of [...given, ["head 2", model.headInput] as const])
        expect([...(outliers ?? [])]).toEqual([...(wanted.get(name) ?? [])].toSorted((a, b) => a - b));
    }),
    { numRuns: 20 },
  );
});

test("what reaches the threshold outside of the outlier columns is counted, and only that", () => {
  const row = { values: Float32Array.of(7, -3, 2.9, -6, 0), factor: 2 };
  expect(countMisses([row], Uint32Array.of(0), 6)).toBe(2); // -3 and -6, doubled
  expect(countMisses([row], Uint32Array.of(0, 1, 3), 6)).toBe(0);
  const checkpoint = tinyCheckpoint(tinyConfig);
  const calibrated = [0, 3, 5];
  const calibration = collectStatistics(checkpoint, { source: "test", windows: [calibrated] });
  const precision = parsePrecision("llm.int8", { threshold: 1.5 });
  if (precision.kind === "error") throw new Error("a known name");
  const decoder = createIntegerDecoder(quantizeTo(checkpoint, precision.value, calibration));
  decoder.stepRows([0, 9, 8, 7, 6]);
  expect(decoder.dynamicMisses).toBeGreaterThan(0);
});
