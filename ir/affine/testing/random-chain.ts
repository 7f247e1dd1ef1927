import { at } from "../../support/bug.ts";
import { legalOrders, nestsOf } from "../analysis/nests.ts";
import type { LoopProgram } from "../model/program.ts";
import { randomSource } from "../model/random-source.ts";
import { readProgram } from "../read/read-function.ts";
import { distribute } from "../transforms/distribute.ts";
import { expandScalars } from "../transforms/expand-scalars.ts";
import { forwardStores } from "../transforms/forward-stores.ts";
import { fuseInit } from "../transforms/fuse-init.ts";
import { fuseNests } from "../transforms/fuse-nests.ts";
import { hoistInvariants } from "../transforms/hoist-invariants.ts";
import { mergeBranches } from "../transforms/merge-branches.ts";
import { normalizeLoops } from "../transforms/normalize.ts";
import { perfectize } from "../transforms/perfectize.ts";
import { scheduleNest } from "../transforms/schedule-nest.ts";
import { unskewNests } from "../transforms/unskew.ts";
import { writeProgram } from "../write/write-function.ts";
import { unwrap } from "./run-both.ts";

type Transformation = readonly [name: string, apply: (program: LoopProgram) => LoopProgram];

const ALL: readonly Transformation[] = [
  ["normalize", (program) => unwrap(normalizeLoops(program))],
  ["write and read", (program) => unwrap(normalizeLoops(unwrap(readProgram(writeProgram(program)))))],
  ["expand scalars", expandScalars],
  ["distribute", (program) => distribute(program)],
  ["distribute bodies", (program) => distribute(program, { keepBodies: true })],
  ["fuse init", (program) => fuseInit(program)],
  ["fuse init, computed", (program) => fuseInit(program, { compute: true })],
  ["forward stores", forwardStores],
  ["fuse nests", (program) => fuseNests(program, { unrelated: true })],
  ["hoist", hoistInvariants],
  ["perfectize", (program) => unwrap(perfectize(program))],
  ["merge branches", mergeBranches],
  ["unskew", unskewNests],
  ["schedule", scheduleAll],
];

/** Every transformation that keeps all bits, by name. */
export function transformations(): readonly Transformation[] {
  return ALL;
}

/** The last legal order of each perfect nest, a tile of its outermost loop and lanes of two. */
function scheduleAll(program: LoopProgram): LoopProgram {
  return nestsOf(program).reduce((current, nest) => {
    if (nest.node.kind !== "loop" || !nest.isPerfect) return current;
    const order = at(legalOrders(nest).slice(-1), 0);
    const [outer, inner] = [at(order, 0), at(order, order.length - 1)];
    const unroll = new Map([[inner, 2] as const, [outer, 3] as const]);
    const made = scheduleNest(current, nest.node, { order, unroll, tiles: new Map([[outer, 3]]) });
    return made.kind === "ok" ? made.value : current;
  }, program);
}

/** Four transformations one after the other, chosen by the seed; their names are told as they are applied. */
export function randomChain(program: LoopProgram, seed: number, tell: (name: string) => void): LoopProgram {
  const below = randomSource(seed);
  let current = unwrap(normalizeLoops(program));
  for (let step = 0; step < 4; step++) {
    const [name, apply] = at(ALL, below(ALL.length));
    tell(name);
    current = apply(current);
  }
  return current;
}
