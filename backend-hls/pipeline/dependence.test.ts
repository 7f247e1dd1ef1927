import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../ir/index.ts";
import type { KernelLoop, Linear } from "../kernel/node.ts";
import { findMeeting } from "./dependence.ts";
import type { AccessSite } from "./exact-meeting.ts";

const loop = fc
  .record({
    from: fc.integer({ min: 0, max: 3 }),
    step: fc.integer({ min: 1, max: 3 }),
    count: fc.integer({ min: 1, max: 4 }),
  })
  .map(({ from, step, count }): KernelLoop => ({ name: "i", from, step, trip: { kind: "constant", count } }));

function subscript(loops: number): fc.Arbitrary<Linear> {
  const term = fc.tuple(fc.integer({ min: 0, max: loops - 1 }), fc.constantFrom(-1, 1, 2, 3));
  return fc
    .record({ terms: fc.array(term, { maxLength: 2 }), constant: fc.integer({ min: -3, max: 3 }) })
    .map(({ terms, constant }) => ({ counters: new Map(terms), opaque: new Map(), constant }));
}

const cases = fc.array(loop, { minLength: 1, maxLength: 3 }).chain((loops) =>
  fc.record({
    loops: fc.constant(loops),
    pair: fc.array(fc.tuple(subscript(loops.length), subscript(loops.length)), {
      minLength: 1,
      maxLength: 2,
    }),
  }),
);

/** Counter values of every iteration, in order. */
function iterations(loops: readonly KernelLoop[]): readonly (readonly number[])[] {
  return loops.reduce<readonly (readonly number[])[]>(
    (outer, { from, step, trip }) =>
      outer.flatMap((counters) =>
        Array.from({ length: trip.kind === "constant" ? trip.count : 0 }, (_, k) => [
          ...counters,
          from + k * step,
        ]),
      ),
    [[]],
  );
}

function evaluate({ counters, constant }: Linear, values: readonly number[]): number {
  return [...counters].reduce((sum, [index, factor]) => sum + factor * at(values, index), constant);
}

function site(...subscripts: readonly Linear[]): AccessSite {
  return { subscripts, facts: [] };
}

test("no two accesses meet earlier than the analysis says", () => {
  fc.assert(
    fc.property(cases, ({ loops, pair }) => {
      const all = iterations(loops);
      const cells = (side: 0 | 1): readonly string[] =>
        all.map((values) => pair.map((both) => String(evaluate(both[side], values))).join());
      const [earlier, later] = [cells(0), cells(1)];
      const [first, second] = [site(...pair.map(([a]) => a)), site(...pair.map(([, b]) => b))];
      const within = findMeeting(loops, first, second, false);
      const across = findMeeting(loops, first, second, true);
      earlier.forEach((cell, i) => {
        later.forEach((other, j) => {
          if (cell !== other) return;
          if (i === j) expect(within.sameIteration).toBe(true);
          if (j > i) expect(within.carried ?? Infinity).toBeLessThanOrEqual(j - i);
          expect(across.carried ?? Infinity).toBeLessThanOrEqual(all.length + j - i); // the next command
        });
      });
    }),
    { numRuns: 2000, seed: 7 },
  );
});

test("one counter with one factor: the distance is exact", () => {
  const loops: readonly KernelLoop[] = [
    { name: "i", from: 0, step: 1, trip: { kind: "constant", count: 10 } },
  ];
  const linear = (constant: number): Linear => ({ counters: new Map([[0, 1]]), opaque: new Map(), constant });
  expect(findMeeting(loops, site(linear(3)), site(linear(0)), false)).toEqual({
    sameIteration: false,
    carried: 3,
  });
  expect(findMeeting(loops, site(linear(0)), site(linear(3)), false)).toEqual({
    sameIteration: false,
    carried: undefined,
  });
  expect(findMeeting(loops, site(linear(0)), site(linear(0)), false)).toEqual({
    sameIteration: true,
    carried: undefined,
  });
});

const triangles = fc
  .record({
    outer: fc.integer({ min: 1, max: 5 }),
    bound: subscript(1),
    divisor: fc.integer({ min: 1, max: 3 }),
  })
  .map(({ outer, bound, divisor }): readonly KernelLoop[] => [
    { name: "i", from: 0, step: 1, trip: { kind: "constant", count: outer } },
    {
      name: "j",
      from: 0,
      step: 1,
      trip: { kind: "affine", bounds: [{ sum: bound, divisor }], min: 0, max: 9 },
    },
  ]);

const guarded = triangles.chain((loops) =>
  fc.record({
    loops: fc.constant(loops),
    sites: fc.array(
      fc.record({
        subscripts: fc.tuple(subscript(2), subscript(2)),
        facts: fc.array(subscript(2), { maxLength: 1 }),
      }),
      { minLength: 2, maxLength: 2 },
    ),
  }),
);

/** Counters of the iterations that do something, outermost first. */
function triangle([outer, inner]: readonly KernelLoop[]): readonly (readonly number[])[] {
  if (outer?.trip.kind !== "constant" || inner?.trip.kind !== "affine") return [];
  const bound = at(inner.trip.bounds, 0);
  return Array.from({ length: outer.trip.count }, (_, i) => {
    const trips = Math.min(9, Math.floor(evaluate(bound.sum, [i]) / bound.divisor));
    return Array.from({ length: Math.max(0, trips) }, (__, j) => [i, j]);
  }).flat();
}

test("in triangular nests under guards, accesses meet if and only if the analysis says so", () => {
  fc.assert(
    fc.property(guarded, ({ loops, sites }) => {
      const all = triangle(loops);
      const [first, second] = [at(sites, 0), at(sites, 1)];
      const cellOf = ({ subscripts, facts }: AccessSite, values: readonly number[]): string | undefined =>
        facts.every((fact) => evaluate(fact, values) >= 0)
          ? subscripts.map((sum) => evaluate(sum, values)).join()
          : undefined;
      const later = all.map((values) => cellOf(second, values));
      const meets = (from: (i: number) => number, to: (i: number) => number): boolean =>
        all.some((values, i) => {
          const cell = cellOf(first, values);
          return cell !== undefined && later.slice(from(i), to(i)).includes(cell);
        });
      const found = findMeeting(loops, first, second, false);
      expect(found.sameIteration).toBe(
        meets(
          (i) => i,
          (i) => i + 1,
        ),
      );
      expect(found.carried !== undefined).toBe(
        meets(
          (i) => i + 1,
          () => all.length,
        ),
      );
    }),
    { numRuns: 2000, seed: 7 },
  );
});
