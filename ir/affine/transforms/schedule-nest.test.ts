import fc from "fast-check";
import { expect, test } from "vitest";
import { at } from "../../support/bug.ts";
import { legalOrders, nestsOf } from "../analysis/nests.ts";
import type { LoopProgram } from "../model/program.ts";
import { randomSource } from "../model/random-source.ts";
import { randomProgram } from "../testing/random-program.ts";
import { programOfText, sameResults, unwrap } from "../testing/run-both.ts";
import { distribute } from "./distribute.ts";
import { expandScalars } from "./expand-scalars.ts";
import { fuseInit } from "./fuse-init.ts";
import { normalizeLoops } from "./normalize.ts";
import { type NestSchedule, scheduleNest } from "./schedule-nest.ts";

/** A schedule of any shape, legal or not. */
function randomSchedule(count: number, below: (bound: number) => number): NestSchedule {
  const order = Array.from({ length: count }, (_, index) => index)
    .map((place) => ({ place, key: below(1000) }))
    .sort((a, b) => a.key - b.key)
    .map(({ place }) => place);
  const sizes = (scale: number) =>
    new Map(order.filter(() => below(3) === 0).map((place) => [place, scale * (1 + below(3))] as const));
  const unroll = sizes(1);
  const tiles = new Map([...sizes(1)].map(([place, size]) => [place, size * (unroll.get(place) ?? 1)]));
  return { order, tiles, unroll, guarded: below(2) === 0 };
}

function applied(text: string, seed: number): { readonly program: LoopProgram; readonly count: number } {
  const below = randomSource(seed + 1);
  let program = fuseInit(distribute(expandScalars(unwrap(normalizeLoops(programOfText(text))))));
  let count = 0;
  for (const { node, loops, isPerfect } of nestsOf(program)) {
    if (node.kind !== "loop" || !isPerfect) continue;
    const result = scheduleNest(program, node, randomSchedule(loops.length, below));
    if (result.kind === "error") continue;
    count++;
    program = result.value;
  }
  return { program, count };
}

test("random schedules of random nests keep the results, or are refused", () => {
  let count = 0;
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 30 }), (seed) => {
      const text = randomProgram(seed, { perfect: seed % 3 > 0 });
      const { program, count: done } = applied(text, seed);
      count += done;
      expect(sameResults(text, program, seed)).toBe(true);
    }),
    { numRuns: 50, seed: 17 },
  );
  expect(count).toBeGreaterThan(30);
});

test("legal orders of a product and of a stencil", () => {
  const orders = (text: string) =>
    legalOrders(at(nestsOf(unwrap(normalizeLoops(programOfText(text)))), 0)).map((order) => order.join(""));
  const product = `func.func @f(%A: memref<4x6xf32>, %B: memref<6x5xf32>, %C: memref<4x5xf32>) {
    affine.for %i = 0 to 4 { affine.for %j = 0 to 5 { affine.for %k = 0 to 6 {
      %0 = affine.load %C[%i, %j] : memref<4x5xf32>
      %1 = affine.load %A[%i, %k] : memref<4x6xf32>
      %2 = affine.load %B[%k, %j] : memref<6x5xf32>
      %3 = arith.mulf %1, %2 : f32
      %4 = arith.addf %0, %3 : f32
      affine.store %4, %C[%i, %j] : memref<4x5xf32>
    } } }
    return
  }`;
  expect(orders(product)).toEqual(["012", "021", "102", "120", "201", "210"]);
  const stencil = `func.func @f(%A: memref<20x20xf32>) {
    affine.for %i = 1 to 19 { affine.for %j = 1 to 19 {
      %0 = affine.load %A[%i - 1, %j + 1] : memref<20x20xf32>
      affine.store %0, %A[%i, %j] : memref<20x20xf32>
    } }
    return
  }`;
  expect(orders(stencil)).toEqual(["01"]);
});
