import fc from "fast-check";
import { expect, test } from "vitest";
import { quantizeStacked } from "./quantize-matrix.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const weight = fc.double({ min: -4, max: 4, noNaN: true }).map(Math.fround);

test("every weight is within half a step of its int8, the largest of a row becomes ±127", () => {
  const rows = fc.array(fc.array(weight, { minLength: 6, maxLength: 6 }), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(rows, (lists) => {
      const { weights, scales } = quantizeStacked(6, Float32Array.from(lists.flat()));
      for (const [row, list] of lists.entries()) {
        const scale = scales[row] ?? 0;
        const q = Array.from(weights.subarray(6 * row, 6 * row + 6));
        const largest = Math.max(...list.map(Math.abs));
        if (largest < 1e-30) continue; // steps that float32 can hardly write
        expect(Math.max(...q.map(Math.abs))).toBe(127);
        for (const [k, value] of list.entries()) {
          expect(Math.abs((q[k] ?? 0) * scale - value)).toBeLessThanOrEqual(scale * 0.50001);
        }
      }
    }),
  );
});

test("ties go to the even integer; a zero row has scale 1; stacking keeps rows independent", () => {
  const ties = Float32Array.of(127, 0.5, 1.5, -2.5);
  const stacked = quantizeStacked(4, ties, new Float32Array(4));
  expect(Array.from(stacked.weights)).toEqual([127, 0, 2, -2, 0, 0, 0, 0]);
  expect(Array.from(stacked.scales)).toEqual([1, 1]);
  expect(stacked.rows).toBe(2);
  expect(quantizeStacked(4, ties).weights).toEqual(stacked.weights.slice(0, 4));
});
