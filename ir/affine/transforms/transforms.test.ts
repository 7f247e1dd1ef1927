import fc from "fast-check";
import { expect, test } from "vitest";
import { nestsOf } from "../analysis/nests.ts";
import { randomChain, transformations } from "../testing/random-chain.ts";
import { randomProgram } from "../testing/random-program.ts";
import { programOfText, sameResults, unwrap } from "../testing/run-both.ts";
import { distribute } from "./distribute.ts";
import { fuseInit } from "./fuse-init.ts";
import { normalizeLoops } from "./normalize.ts";
import { perfectize } from "./perfectize.ts";

const seeds = fc.integer({ min: 0, max: 2 ** 30 });

test.each(transformations())("%s keeps the results of random programs", (_, apply) => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const text = randomProgram(seed);
      expect(sameResults(text, apply(unwrap(normalizeLoops(programOfText(text)))), seed)).toBe(true);
    }),
    { numRuns: 12, seed: 3 },
  );
});

test("chains of transformations keep the results of random programs", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const text = randomProgram(seed, { perfect: seed % 4 === 0, unguarded: seed % 3 === 0 });
      const changed = randomChain(programOfText(text), seed, () => undefined);
      expect(sameResults(text, changed, seed)).toBe(true);
    }),
    { numRuns: 40, seed: 29 },
  );
});

test("what is loaded in front of a loop that stores to it is loaded again behind it", () => {
  const text = `func.func @f(%X: memref<8xf32>, %Y: memref<8xf32>) {
    affine.for %i = 0 to 4 {
      %0 = affine.load %X[2] : memref<8xf32>
      affine.store %0, %Y[%i] : memref<8xf32>
      affine.for %j = 0 to 3 {
        %1 = affine.load %X[%j] : memref<8xf32>
        %2 = arith.addf %1, %1 : f32
        affine.store %2, %X[%j] : memref<8xf32>
      }
      %3 = affine.load %X[2] : memref<8xf32>
      affine.store %3, %Y[%i + 4] : memref<8xf32>
    }
    return
  }`;
  expect(sameResults(text, programOfText(text))).toBe(true);
});

test("every nest is perfect afterwards", () => {
  fc.assert(
    fc.property(seeds, (seed) => {
      const program = unwrap(perfectize(unwrap(normalizeLoops(programOfText(randomProgram(seed))))));
      expect(nestsOf(program).every(({ isPerfect }) => isPerfect)).toBe(true);
    }),
    { numRuns: 30, seed: 31 },
  );
});

test("an initial nest goes into its reduction; cells without an iteration keep a nest of their own", () => {
  const text = (bound: string) => `func.func @f(%A: memref<9x9xf32>, %s: memref<9xf32>) {
    %zero = arith.constant 0.0 : f32
    affine.for %i = 0 to 8 {
      affine.store %zero, %s[%i + 1] : memref<9xf32>
      affine.for %k = 0 to ${bound} {
        %0 = affine.load %s[%i + 1] : memref<9xf32>
        %1 = affine.load %A[%i, %k] : memref<9x9xf32>
        %2 = arith.addf %0, %1 : f32
        affine.store %2, %s[%i + 1] : memref<9xf32>
      }
    }
    return
  }`;
  const nests = (bound: string): number => {
    const program = fuseInit(distribute(unwrap(normalizeLoops(programOfText(text(bound))))));
    expect(sameResults(text(bound), program)).toBe(true);
    return program.body.length;
  };
  expect(nests("9")).toBe(1);
  expect(nests("affine_map<(d0) -> (d0 + 1)>(%i)")).toBe(1);
  expect(nests("affine_map<(d0) -> (d0)>(%i)")).toBe(2);
});
