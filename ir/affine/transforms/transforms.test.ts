import fc from "fast-check";
import { expect, test } from "vitest";
import type { LoopProgram } from "../model/program.ts";
import { randomProgram } from "../testing/random-program.ts";
import { programOfText, sameResults, unwrap } from "../testing/run-both.ts";
import { distribute } from "./distribute.ts";
import { expandScalars } from "./expand-scalars.ts";
import { forwardStores } from "./forward-stores.ts";
import { fuseInit } from "./fuse-init.ts";
import { fuseNests } from "./fuse-nests.ts";
import { hoistInvariants } from "./hoist-invariants.ts";
import { mergeBranches } from "./merge-branches.ts";
import { normalizeLoops } from "./normalize.ts";
import { perfectize } from "./perfectize.ts";

const PASSES: readonly (readonly [string, (program: LoopProgram) => LoopProgram])[] = [
  ["normalize", (program) => program],
  ["distribute", (program) => distribute(program)],
  ["distribute bodies", (program) => distribute(program, { keepBodies: true })],
  ["expand scalars", expandScalars],
  ["expand and distribute", (program) => distribute(expandScalars(program))],
  ["fuse init", (program) => fuseInit(distribute(expandScalars(program)))],
  ["forward stores", forwardStores],
  ["fuse nests", (program) => fuseNests(distribute(program), { unrelated: true })],
  ["fuse and forward", (program) => forwardStores(fuseNests(distribute(expandScalars(program))))],
  ["hoist", (program) => hoistInvariants(distribute(program))],
  ["perfectize", (program) => unwrap(perfectize(program))],
  ["merge branches", mergeBranches],
  ["perfectize and merge branches", (program) => mergeBranches(unwrap(perfectize(program)))],
  ["fuse init, computed", (program) => fuseInit(program, { compute: true })],
];

test.each(PASSES)("%s keeps the results of random programs", (_, pass) => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 30 }), (seed) => {
      const text = randomProgram(seed);
      const normal = unwrap(normalizeLoops(programOfText(text)));
      expect(sameResults(text, pass(normal), seed)).toBe(true);
    }),
    { numRuns: 25, seed: 3 },
  );
});
