import fc from "fast-check";
import { expect, test } from "vitest";
import { printModule } from "../../text/print/printer.ts";
import { randomProgram } from "../testing/random-program.ts";
import { programOfText, sameResults } from "../testing/run-both.ts";
import { writeProgram } from "../write/write-function.ts";

test("reading and writing keeps what random programs compute", () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 30 }), (seed) => {
      const text = randomProgram(seed);
      expect(sameResults(text, programOfText(text), seed)).toBe(true);
    }),
    { numRuns: 60, seed: 5 },
  );
});

test("a value behind a store to what it was loaded from keeps its content", () => {
  const text = `func.func @f(%A: memref<8xf32>, %B: memref<8xf32>) {
    affine.for %i = 0 to 8 {
      %0 = affine.load %A[%i] : memref<8xf32>
      %1 = affine.load %B[%i] : memref<8xf32>
      affine.store %1, %A[%i] : memref<8xf32>
      affine.store %0, %B[%i] : memref<8xf32>
    }
    return
  }`;
  const program = programOfText(text);
  expect(printModule(writeProgram(program))).toMatchInlineSnapshot(`
    "func.func @f(%A: memref<8xf32>, %B: memref<8xf32>) {
      %kept0 = memref.alloc() {name = "kept0"} : memref<f32>
      affine.for %i = 0 to 8 {
        %0 = affine.load %A[%i] : memref<8xf32>
        affine.store %0, %kept0[] : memref<f32>
        %1 = affine.load %B[%i] : memref<8xf32>
        affine.store %1, %A[%i] : memref<8xf32>
        %2 = affine.load %kept0[] : memref<f32>
        affine.store %2, %B[%i] : memref<8xf32>
      }
      return
    }
    "
  `);
  expect(sameResults(text, program)).toBe(true);
});
