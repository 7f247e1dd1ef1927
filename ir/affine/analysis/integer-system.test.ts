import fc from "fast-check";
import { expect, test } from "vitest";
import { isFeasible, project, type Row } from "./integer-system.ts";

const SPAN = 4;

/** Every point of a box that satisfies the rows. */
function points(
  equalities: readonly Row[],
  inequalities: readonly Row[],
  count: number,
): readonly number[][] {
  let all: number[][] = [[]];
  for (let index = 0; index < count; index++)
    all = all.flatMap((point) =>
      Array.from({ length: 2 * SPAN + 1 }, (_, value) => [...point, value - SPAN]),
    );
  const value = (row: Row, point: readonly number[]): number =>
    row.reduce((sum, factor, index) => sum + factor * (point[index] ?? 1), 0);
  return all.filter(
    (point) =>
      equalities.every((row) => value(row, point) === 0) &&
      inequalities.every((row) => value(row, point) >= 0),
  );
}

const boxRows = (count: number): readonly Row[] =>
  Array.from({ length: count }, (_, index) =>
    [1, -1].map((sign) =>
      Array.from({ length: count + 1 }, (_, i) => (i === index ? sign : i === count ? SPAN : 0)),
    ),
  ).flat();

const row = (count: number): fc.Arbitrary<Row> =>
  fc.array(fc.integer({ min: -7, max: 7 }), { minLength: count + 1, maxLength: count + 1 });

test("the Omega test finds whole points exactly where there are some", () => {
  const systems = fc.integer({ min: 1, max: 3 }).chain((count) =>
    fc.record({
      count: fc.constant(count),
      equalities: fc.array(row(count), { maxLength: 2 }),
      inequalities: fc.array(row(count), { maxLength: 4 }),
    }),
  );
  fc.assert(
    fc.property(systems, ({ count, equalities, inequalities }) => {
      const rows = { equalities, inequalities: [...inequalities, ...boxRows(count)] };
      const found = points(equalities, inequalities, count);
      expect(isFeasible(rows)).toBe(found.length > 0);
      const kept = Math.max(1, count - 1);
      const shadow = project(rows, kept);
      for (const point of found)
        for (const each of shadow ?? [])
          expect(
            each.reduce((sum, factor, index) => sum + factor * (index < kept ? (point[index] ?? 0) : 1), 0),
          ).toBeGreaterThanOrEqual(0);
    }),
    { numRuns: 500, seed: 7 },
  );
});

test("whole numbers differ from rational ones", () => {
  // 2x = 2y + 1; and 27 <= 11x + 13y <= 45, -10 <= 7x - 9y <= 4 (Pugh's example: rational points, no whole one)
  expect(isFeasible({ equalities: [[2, -2, -1]], inequalities: [] })).toBe(false);
  const inequalities = [
    [11, 13, -27],
    [-11, -13, 45],
    [7, -9, 10],
    [-7, 9, 4],
  ];
  expect(isFeasible({ equalities: [], inequalities })).toBe(false);
});
