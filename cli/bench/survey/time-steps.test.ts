import fc from "fast-check";
import { expect, test } from "vitest";
import { chooseSamples, valueOnLine } from "./time-steps.ts";

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

test("lines: through the known points, straight between them", () => {
  const line = [
    { context: 0, cycles: 100 },
    { context: 10, cycles: 200 },
    { context: 20, cycles: 220 },
  ];
  const values = [0, 5, 10, 15, 20].map((context) => valueOnLine(line, context));
  expect(values).toEqual([100, 150, 200, 210, 220]);
  expect(valueOnLine(line.slice(0, 1), 0)).toBe(100);
});
