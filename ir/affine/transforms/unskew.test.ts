import { expect, test } from "vitest";
import { nestsOf } from "../analysis/nests.ts";
import { type LoopProgram, rootsOf } from "../model/program.ts";
import { loadsOf } from "../model/term.ts";
import { programOfText, sameResults, unwrap } from "../testing/run-both.ts";
import { normalizeLoops } from "./normalize.ts";
import { unskewNests } from "./unskew.ts";

/** Names of the loops of the first nest, outermost first. */
function loopsOf(program: LoopProgram): readonly string[] {
  return nestsOf(program)[0]?.loops.map(({ counter }) => counter.name) ?? [];
}

/** Counters of the subscript that has most of them. */
function mostCounters(program: LoopProgram): number {
  const accesses = nestsOf(program).flatMap(({ statements }) =>
    statements.flatMap(({ statement }) => [
      statement.target,
      ...loadsOf(rootsOf(statement)).map(({ access }) => access),
    ]),
  );
  return Math.max(...accesses.flatMap(({ subscripts }) => subscripts.map(({ terms }) => terms.size)));
}

function unskewed(text: string): LoopProgram {
  return unskewNests(unwrap(normalizeLoops(programOfText(text))));
}

const TRMM = `func.func @f(%A: memref<6x6xf32>, %B: memref<6x5xf32>) {
  affine.for %i = 0 to 6 {
    affine.for %j = 0 to 5 {
      affine.for %k = affine_map<(d0) -> (d0 + 1)>(%i) to 6 {
        %a = affine.load %A[%k, %i] : memref<6x6xf32>
        %b = affine.load %B[%k, %j] : memref<6x5xf32>
        %p = arith.mulf %a, %b : f32
        %0 = affine.load %B[%i, %j] : memref<6x5xf32>
        %1 = arith.addf %0, %p : f32
        affine.store %1, %B[%i, %j] : memref<6x5xf32>
      }
    }
  }
  return
}`;

test("a triangular nest counts what it names its cells by, from a number on", () => {
  const program = unskewed(TRMM);
  expect(loopsOf(program)).toEqual(["k", "i", "j"]);
  expect(mostCounters(program)).toBe(1);
  expect(sameResults(TRMM, program)).toBe(true);
});

test("where the sum outside would turn a dependence around, nothing changes", () => {
  const text = TRMM.replaceAll("%B[%k, %j]", "%B[%i floordiv 2, %j]");
  const program = unskewed(text);
  expect(loopsOf(program)).toEqual(["i", "j", "k"]);
  expect(sameResults(text, program)).toBe(true);
});
