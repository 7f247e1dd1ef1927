import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../support/bug.ts";
import { nestsOf } from "../analysis/nests.ts";
import { programOfText, sameResults, unwrap } from "../testing/run-both.ts";
import { interleaveReduction } from "./interleave.ts";
import { normalizeLoops } from "./normalize.ts";
import { scheduleNest } from "./schedule-nest.ts";

const OPERATIONS = ["addi", "subi", "muli", "maxsi", "minsi", "andi", "ori", "xori"] as const;

/** A triangular reduction of whole numbers: exact in any order. */
function triangular(operation: string, n: number, m: number): string {
  return `func.func @f(%A: memref<12x12xi32>, %C: memref<12x12xi32>) {
    affine.for %i = 0 to ${String(n)} { affine.for %j = 0 to ${String(m)} {
      affine.for %k = affine_map<(d0) -> (d0)>(%i) to 12 {
        %0 = affine.load %C[%i, %j] : memref<12x12xi32>
        %1 = affine.load %A[%j, %k] : memref<12x12xi32>
        %2 = arith.${operation} %0, %1 : i32
        affine.store %2, %C[%i, %j] : memref<12x12xi32>
      }
    } }
    return
  }`;
}

test("trees of lanes give what one accumulation after the other gives", () => {
  const size = fc.integer({ min: 1, max: 12 });
  const cases = fc.record({
    operation: fc.constantFrom(...OPERATIONS),
    n: size,
    m: size,
    lanes: size,
    order: fc.constantFrom([0, 1, 2], [2, 0, 1], [0, 2, 1], [1, 2, 0]),
  });
  fc.assert(
    fc.property(cases, ({ operation, n, m, lanes, order }) => {
      const text = triangular(operation, n, m);
      const program = unwrap(normalizeLoops(programOfText(text)));
      const { node } = at(nestsOf(program), 0);
      if (node.kind !== "loop") throw new Error("no nest");
      const unroll = new Map([
        [2, lanes],
        [1, 1 + (lanes % 3)],
      ]);
      const scheduled = unwrap(scheduleNest(program, node, { order, unroll, reassociate: true }));
      expect(sameResults(text, scheduled)).toBe(true);
    }),
    { numRuns: 30, seed: 23 },
  );
});

test("partial sums that take turns give the same", () => {
  const cases = fc.record({
    operation: fc.constantFrom(...OPERATIONS),
    n: fc.integer({ min: 1, max: 9 }),
    m: fc.integer({ min: 1, max: 12 }),
    count: fc.integer({ min: 2, max: 4 }),
  });
  fc.assert(
    fc.property(cases, ({ operation, n, m, count }) => {
      const text = triangular(operation, n, m);
      const program = unwrap(normalizeLoops(programOfText(text)));
      const { node } = at(nestsOf(program), 0);
      if (node.kind !== "loop") throw new Error("no nest");
      const made = interleaveReduction(program, node, { place: 2, count });
      expect(made.kind).toBe(12 - (n - 1) >= count ? "ok" : "error");
      if (made.kind === "ok") expect(sameResults(text, made.value)).toBe(true);
    }),
    { numRuns: 30, seed: 37 },
  );
});

test("a float sum stays in order unless its operation allows another one", () => {
  const text = (flags: string) => `func.func @f(%A: memref<8xf32>, %s: memref<1xf32>) {
    affine.for %k = 0 to 8 {
      %0 = affine.load %s[0] : memref<1xf32>
      %1 = affine.load %A[%k] : memref<8xf32>
      %2 = arith.addf %0, %1 ${flags} : f32
      affine.store %2, %s[0] : memref<1xf32>
    }
    return
  }`;
  const loopsOf = (flags: string): number => {
    const program = programOfText(text(flags));
    const { node } = at(nestsOf(program), 0);
    if (node.kind !== "loop") throw new Error("no nest");
    const unroll = new Map([[0, 4]]);
    return at(nestsOf(unwrap(scheduleNest(program, node, { unroll, reassociate: true }))), 0).loops.length;
  };
  expect(loopsOf("")).toBe(2); // the lanes stay a loop: one addition after the other
  expect(loopsOf("fastmath<reassoc>")).toBe(1);
});
