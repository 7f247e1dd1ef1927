import fc from "fast-check";
import { expect, test } from "vitest";
import type { KernelGraph, KernelLoop } from "../kernel/node.ts";
import { LoopWalk } from "./loop-walk.ts";

fc.configureGlobal({ seed: 20_261 }); // the same cases on every run

const size = fc.integer({ min: 1, max: 4 });
const factor = fc.integer({ min: -1, max: 2 });

test("counters of a triangular nest: those of the loops written out, an empty inner loop as one iteration", () => {
  fc.assert(
    fc.property(
      fc.tuple(size, size, factor, factor, fc.integer({ min: -2, max: 4 })),
      ([a, c, f, g, constant]) => {
        const bound = { counters: new Map([[0, f]]), opaque: new Map(), constant };
        const inner = { counters: new Map([[1, g]]), opaque: new Map(), constant: c };
        const affine = (sum: typeof bound, divisor: number): KernelLoop["trip"] => ({
          kind: "affine",
          bounds: [
            { sum, divisor },
            { sum: { counters: new Map(), opaque: new Map(), constant: 9 }, divisor: 1 },
          ],
          min: -9,
          max: 9,
        });
        const loop = (name: string, trip: KernelLoop["trip"]): KernelLoop => ({
          name,
          from: 0,
          step: 1,
          trip,
        });
        const loops = [
          loop("i", { kind: "field", index: 0, max: 4 }),
          loop("j", affine(bound, 1)),
          loop("k", affine(inner, 2)),
        ];
        const wanted: number[][] = [];
        for (let i = 0; i < a; i++)
          for (let j = 0; j < Math.max(1, Math.min(9, f * i + constant)); j++)
            for (let k = 0; k < Math.max(1, Math.min(9, Math.floor((g * j + c) / 2))); k++)
              wanted.push([i, j, k]);
        const walk = new LoopWalk({ loops, fields: [8] } as unknown as KernelGraph); // it looks at nothing else
        for (let command = 0; command < 2; command++) {
          expect(walk.begin([a])).toBe(wanted.length);
          const found = wanted.map(() => {
            const counters = [...walk.counters];
            walk.next();
            return counters;
          });
          expect(found).toEqual(wanted);
        }
      },
    ),
    { numRuns: 200 },
  );
});
