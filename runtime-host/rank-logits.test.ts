import fc from "fast-check";
import { expect, test } from "vitest";
import { rankLogits } from "./rank-logits.ts";

test("the largest come first, equals in the order of their indices, NaN last", () => {
  const logits = Float32Array.of(0, 3, Number.NaN, -0, 3, -Infinity, Infinity);
  expect(rankLogits(logits, 7)).toEqual([6, 1, 4, 0, 3, 5, 2]);
  expect(rankLogits(logits, 2)).toEqual([6, 1]);
  expect(rankLogits(Float32Array.of(Number.NaN, Number.NaN), 1)).toEqual([0]);
});

test("it is the beginning of a stable sort", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 1 }),
      fc.integer({ min: 1, max: 9 }),
      (values, count) => {
        const sorted = values.map((value, index) => ({ value, index })).toSorted((a, b) => b.value - a.value);
        expect(rankLogits(Float32Array.from(values), count)).toEqual(
          sorted.slice(0, count).map(({ index }) => index),
        );
      },
    ),
    { seed: 3 },
  );
});
