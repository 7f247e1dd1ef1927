import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseSamples, sumOfLines } from "./time-steps.ts";

test("samples: both ends, at even distances, all where there are few", () => {
  expect(chooseSamples(3, 5)).toEqual([0, 1, 2]);
  expect(chooseSamples(9, 5)).toEqual([0, 2, 4, 6, 8]);
  expect(chooseSamples(10, 3)).toEqual([0, 5, 9]);
  expect(chooseSamples(1, 1)).toEqual([0]);
  expect(chooseSamples(100, 1)).toEqual([0, 99]);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 500 }), fc.integer({ min: 2, max: 20 }), (count, most) => {
      const chosen = chooseSamples(count, most);
      expect([chosen[0], chosen.at(-1)]).toEqual([0, count - 1]);
      expect(chosen.length).toBeLessThanOrEqual(Math.max(most, 1));
    }),
  );
});

test("what lies on lines is summed exactly, whichever points are known", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 2, max: 9 }), (count, most) => {
      const value = (i: number): number => 1000 + 7 * i;
      const places = chooseSamples(count, most);
      const all = Array.from({ length: count }, (_, i) => value(i)).reduce((a, b) => a + b, 0);
      expect(sumOfLines(places, places.map(value))).toBeCloseTo(all, 6);
    }),
  );
});
