import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../ir/index.ts";
import type { KernelLoop, Linear } from "../kernel/node.ts";
import { findMeeting } from "./dependence.ts";

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

test("no two accesses meet earlier than the analysis says", () => {
  fc.assert(
    fc.property(cases, ({ loops, pair }) => {
      const all = iterations(loops);
      const cells = (side: 0 | 1): readonly string[] =>
        all.map((values) => pair.map((both) => String(evaluate(both[side], values))).join());
      const [earlier, later] = [cells(0), cells(1)];
      const within = findMeeting(
        loops,
        pair.map(([a]) => a),
        pair.map(([, b]) => b),
        false,
      );
      const across = findMeeting(
        loops,
        pair.map(([a]) => a),
        pair.map(([, b]) => b),
        true,
      );
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
  expect(findMeeting(loops, [linear(3)], [linear(0)], false)).toEqual({ sameIteration: false, carried: 3 });
  expect(findMeeting(loops, [linear(0)], [linear(3)], false)).toEqual({
    sameIteration: false,
    carried: undefined,
  });
  expect(findMeeting(loops, [linear(0)], [linear(0)], false)).toEqual({
    sameIteration: true,
    carried: undefined,
  });
});
