import fc from "fast-check";
import type { Dependence, Problem } from "../problem/problem.ts";

/** Test support: random sound problems with units, chaining, recurrences and order dependences. */
export function randomProblem(maxOps: number): fc.Arbitrary<Problem> {
  return fc
    .integer({ min: 1, max: maxOps })
    .chain((size) =>
      fc.record({
        types: fc.array(fc.nat({ max: TYPES.length - 1 }), { minLength: size, maxLength: size }),
        bits: fc.array(fc.nat({ max: 3 }), { minLength: size, maxLength: size }),
        units: fc.integer({ min: 1, max: 2 }),
        arcs: fc.array(
          fc.record({
            from: fc.nat({ max: size - 1 }),
            to: fc.nat({ max: size - 1 }),
            distance: fc.nat({ max: 2 }),
            minCycles: fc.option(fc.nat({ max: 2 }), { nil: undefined, freq: 4 }),
          }),
          { maxLength: 2 * size },
        ),
      }),
    )
    .map(({ types, bits, units, arcs }) => ({
      periodPs: 1000,
      types: TYPES,
      resources: [{ name: "port", units }],
      operations: types.map((type, id) => ({
        id,
        name: `op${id}`,
        type: (TYPES[type] ?? TYPES[0]).name,
        resultBits: bits[id] ?? 1,
      })),
      dependences: arcs.map(dependenceOf),
    }));
}

const TYPES = [
  { name: "add", latencyCycles: 0, inputDelayPs: 0, outputDelayPs: 400 },
  { name: "slow", latencyCycles: 0, inputDelayPs: 0, outputDelayPs: 700 },
  { name: "mul", latencyCycles: 2, inputDelayPs: 300, outputDelayPs: 200 },
  { name: "load", latencyCycles: 1, inputDelayPs: 500, outputDelayPs: 600, resource: "port" },
  { name: "select", latencyCycles: 0, inputDelayPs: 0, outputDelayPs: 200, resource: "port" },
  { name: "wire", latencyCycles: 0, inputDelayPs: 0, outputDelayPs: 0 },
] as const;

interface Arc {
  readonly from: number;
  readonly to: number;
  readonly distance: number;
  readonly minCycles: number | undefined;
}

/** Arcs that lead backwards are carried by at least one iteration, so that no iteration waits for itself. */
function dependenceOf({ from, to, distance, minCycles }: Arc): Dependence {
  const ends = { from, to, distance: from < to ? distance : Math.max(distance, 1) };
  return minCycles === undefined ? { kind: "data", ...ends } : { kind: "order", ...ends, minCycles };
}
