import fc from "fast-check";
import { expect, test } from "vitest";
import { bf16ToF32, f32ToBf16, roundBf16 } from "../../ir/index.ts";
import { largestGroupScale } from "./int4-groups.ts";
import { quantizeInt4 } from "./quantize-int4.ts";
import { quantizeInt8 } from "./quantize-matrix.ts";
import { storedScale } from "./stored-scale.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const weight = fc.double({ min: -4, max: 4, noNaN: true }).map(Math.fround);

test("every weight is within half a step of its int8, the largest of a row becomes ±126 or ±127", () => {
  const rows = fc.array(fc.array(weight, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(rows, (lists) => {
      const { weights, scales } = quantizeInt8(6, [Float32Array.from(lists.flat())]);
      for (const [row, list] of lists.entries()) {
        const scale = scales[row] ?? 0;
        const q = Array.from(weights.subarray(6 * row, 6 * row + 6));
        const largest = Math.max(...list.map(Math.abs));
        if (largest < 1e-30) continue; // steps that float32 can hardly write
        expect(Math.max(...q.map(Math.abs))).toBeGreaterThanOrEqual(126);
        expect(scale * 127).toBeGreaterThanOrEqual(largest);
        for (const [k, value] of list.entries()) {
          expect(Math.abs((q[k] ?? 0) * scale - value)).toBeLessThanOrEqual(scale * 0.50001);
        }
      }
    }),
  );
});

test("a stored scale is the smallest bfloat16 that is no smaller", () => {
  fc.assert(
    fc.property(fc.double({ min: 2 ** -126, max: 2 ** 100, noNaN: true }), (needed) => {
      const stored = storedScale(needed);
      expect(roundBf16(stored)).toBe(stored);
      expect(stored).toBeGreaterThanOrEqual(needed);
      expect(bf16ToF32(f32ToBf16(stored) - 1)).toBeLessThan(needed);
    }),
  );
  expect(storedScale(1)).toBe(1);
  expect(storedScale(1 + 2 ** -30)).toBe(1 + 2 ** -7);
  expect(storedScale(2 ** -140)).toBe(2 ** -126);
});

test("ties go to the even integer; a zero row has scale 1; stacking keeps rows independent", () => {
  const ties = Float32Array.of(127, 0.5, 1.5, -2.5);
  const stacked = quantizeInt8(4, [ties, new Float32Array(4)]);
  expect(Array.from(stacked.weights)).toEqual([127, 0, 2, -2, 0, 0, 0, 0]);
  expect(Array.from(stacked.scales)).toEqual([1, 1]);
  expect(stacked.rows).toBe(2);
  expect(quantizeInt8(4, [ties]).weights).toEqual(stacked.weights.slice(0, 4));
});

test("one scale per tensor is one for each of the stacked matrices", () => {
  const { weights, scales } = quantizeInt8(2, [Float32Array.of(1, 2, 127, 0), Float32Array.of(254, 2)], {
    scales: "tensor",
  });
  expect(Array.from(scales)).toEqual([1, 1, 2]);
  expect(Array.from(weights)).toEqual([1, 2, 127, 0, 127, 1]);
});

test("outlier columns leave the int8 part and its scale and are bfloat16 beside it", () => {
  const matrix = Float32Array.of(1, 1000, 127, 3, 1 / 3, -2);
  const outliers = Uint32Array.of(1);
  const quantized = quantizeInt8(3, [matrix], { scales: "channel", outliers });
  expect(Array.from(quantized.scales)).toEqual([1, storedScale(3 / 127)]);
  expect(Array.from(quantized.weights)).toEqual([1, 0, 127, 127, 0, -84]);
  expect(Array.from(quantized.outliers ?? [], bf16ToF32)).toEqual([1000, 0.333984375]);
});

test("every int4 weight is within half a step of its group", () => {
  const rows = fc.array(fc.array(weight, { minLength: 21, maxLength: 21 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(rows, (lists) => {
      const { weights, groupScales, scales } = quantizeInt4(21, 8, [Float32Array.from(lists.flat())]);
      for (const [i, value] of lists.flat().entries()) {
        const [row, k] = [Math.floor(i / 21), i % 21];
        const step = (groupScales[3 * row + Math.floor(k / 8)] ?? 0) * (scales[row] ?? 0);
        if (step < 1e-25) continue; // steps that float32 can hardly write, and groups that are zero
        const isClamped = Math.abs(value / step) > 7.50001; // the largest of weights that had four bits before
        const allowed = step * (isClamped ? 1.00001 : 0.50001);
        expect(Math.abs((weights[i] ?? 0) * step - value)).toBeLessThanOrEqual(allowed);
      }
    }),
  );
});

test("sums of int4 rows stay within 32 bits whatever the operands", () => {
  for (const columns of [1, 64, 9472, 9473, 40_000]) {
    const largest = largestGroupScale(columns, 32);
    expect(largest).toBeGreaterThan(0);
    expect(largest * 7 * 127 * 32 * Math.ceil(columns / 32)).toBeLessThan(2 ** 31);
  }
  expect(largestGroupScale(9472, 32)).toBe(255);
});
