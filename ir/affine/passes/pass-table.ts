import { fail, ok, type Result } from "../../support/result.ts";
import { legalOrders, type Nest, nestReductions, nestsOf } from "../analysis/nests.ts";
import { cannotTransform } from "../diagnostics.ts";
import type { LoopProgram } from "../model/program.ts";
import { applyDirectives } from "../transforms/directives.ts";
import { distribute } from "../transforms/distribute.ts";
import { expandScalars } from "../transforms/expand-scalars.ts";
import { forwardStores } from "../transforms/forward-stores.ts";
import { fuseInit } from "../transforms/fuse-init.ts";
import { fuseNests } from "../transforms/fuse-nests.ts";
import { hoistInvariants } from "../transforms/hoist-invariants.ts";
import { interleaveReduction } from "../transforms/interleave.ts";
import { mergeBranches } from "../transforms/merge-branches.ts";
import { normalizeLoops } from "../transforms/normalize.ts";
import { perfectize } from "../transforms/perfectize.ts";
import { type NestSchedule, scheduleNest } from "../transforms/schedule-nest.ts";
import { unskewNests } from "../transforms/unskew.ts";
import type { PassOptions } from "./pass-text.ts";

/** A transformation of loops that can be asked for by name. */
export interface AffinePass {
  readonly name: string;
  readonly summary: string;
  /** Its options, each with what it says. */
  readonly options: Readonly<Record<string, string>>;
  /** Whether float sums may come out in another order, where operations allow it: always, or with `reassociate`. */
  readonly reorders?: "always" | "when asked";
  readonly run: (program: LoopProgram, options: PassOptions) => Result<LoopProgram>;
}

const NEST = "the place of one nest among those of the function; without it, every nest that the pass fits";

/** A pass that works on normal loops and cannot fail. */
function simple(run: (program: LoopProgram, options: PassOptions) => LoopProgram): AffinePass["run"] {
  return (program, options) => {
    const normal = normalizeLoops(program);
    return normal.kind === "ok" ? ok(run(normal.value, options)) : normal;
  };
}

/** A pass that gives perfect nests a schedule; with `nest=` it says why one cannot have it. */
function scheduling(
  scheduleOf: (nest: Nest, options: PassOptions) => NestSchedule | undefined,
): AffinePass["run"] {
  return (program, options) => {
    const normal = normalizeLoops(program);
    if (normal.kind === "error") return normal;
    const only = options.number("nest");
    const chosen = nestsOf(normal.value).filter((_, place) => only === undefined || place === only);
    let current = normal.value;
    for (const nest of chosen) {
      const schedule = scheduleOf(nest, options);
      if (schedule === undefined || nest.node.kind !== "loop") {
        if (only !== undefined) return misfit(nest);
        continue;
      }
      const made = scheduleNest(current, nest.node, schedule);
      if (made.kind === "ok") current = made.value;
      else if (only !== undefined) return made;
    }
    if (only === undefined || chosen.length > 0) return ok(current);
    const reason = `there is no nest ${String(only)}`;
    return fail(cannotTransform(program.func.span, { pass: "the schedule", reason }));
  };
}

function misfit({ node, loops, isPerfect }: Nest): Result<never> {
  const reason = isPerfect
    ? `the options do not fit a nest of ${String(loops.length)} loops`
    : "the nest is not perfect: distribute or perfectize it first";
  return fail(cannotTransform(node.span, { pass: "the schedule", reason }));
}

/** Numbers by place, without those that say nothing. */
function byPlace(numbers: readonly number[] | undefined): ReadonlyMap<number, number> {
  return new Map([...(numbers ?? []).entries()].filter(([, value]) => value > 1));
}

/** Whether a nest has as many loops as there are numbers. */
function fits(nest: Nest, numbers: readonly number[] | undefined): boolean {
  return nest.isPerfect && numbers !== undefined && numbers.length <= nest.loops.length;
}

/** The first legal order with all loops that the nest reduces over outside; undefined where there is none. */
export function reductionsOutward(nest: Nest): readonly number[] | undefined {
  const lists = [...nestReductions(nest).values()];
  const reduced = new Set(lists.flat().filter((place) => lists.every((list) => list.includes(place))));
  if (reduced.size === 0 || reduced.size === nest.loops.length) return undefined;
  return legalOrders(nest).find((order) => order.slice(0, reduced.size).every((place) => reduced.has(place)));
}

function perfectizeNormal(program: LoopProgram): Result<LoopProgram> {
  const normal = normalizeLoops(program);
  return normal.kind === "ok" ? perfectize(normal.value) : normal;
}

function interleaving(program: LoopProgram, options: PassOptions): Result<LoopProgram> {
  const normal = normalizeLoops(program);
  if (normal.kind === "error") return normal;
  const only = options.number("nest");
  let current = normal.value;
  for (const { node, loops } of nestsOf(current).filter((_, place) => only === undefined || place === only)) {
    if (node.kind !== "loop") continue;
    const place = options.number("loop") ?? loops.length - 1;
    const made = interleaveReduction(current, node, { place, count: options.number("count") ?? 8 });
    if (made.kind === "ok") current = made.value;
    else if (only !== undefined) return made;
  }
  return ok(current);
}

/** All transformations, in the order in which they are usually applied. */
export const AFFINE_PASSES: readonly AffinePass[] = [
  {
    name: "affine-normalize",
    summary: "Lower bounds 0 and steps 1; triangular bounds stay affine in outer counters",
    options: {},
    run: (program) => normalizeLoops(program),
  },
  {
    name: "affine-expand-scalars",
    summary: "A cell that iterations write before they read becomes an array over the loops",
    options: {},
    run: simple(expandScalars),
  },
  {
    name: "affine-distribute",
    summary: "Splits nests as far as dependences allow",
    options: { "keep-bodies": "statements of one body stay together" },
    run: simple((program, options) => distribute(program, { keepBodies: options.flag("keep-bodies") })),
  },
  {
    name: "affine-fuse-init",
    summary: "A nest that stores start values goes into the reduction behind it, as a selection",
    options: { compute: "start values with float arithmetic too" },
    run: simple((program, options) => fuseInit(program, { compute: options.flag("compute") })),
  },
  {
    name: "affine-scalrep",
    summary: "Loads take what the same body has just stored; dead stores and arrays are removed",
    options: {},
    run: simple(forwardStores),
  },
  {
    name: "affine-fuse",
    summary: "Perfect nests with the same loops become one, where that is legal",
    options: { unrelated: "nests without a common array too" },
    run: simple((program, options) => fuseNests(program, { unrelated: options.flag("unrelated") })),
  },
  {
    name: "affine-hoist",
    summary: "Float arithmetic that some loops do not change is computed ahead, into an array",
    options: {},
    run: simple(hoistInvariants),
  },
  {
    name: "affine-perfectize",
    summary: "Imperfect nests become perfect in their order, with guards",
    options: {},
    run: perfectizeNormal,
  },
  {
    name: "affine-merge-branches",
    summary: "Statements that exclude each other share float operations",
    options: {},
    run: simple(mergeBranches),
  },
  {
    name: "affine-unskew",
    summary: "Counters that are only met as a sum with an outer one become that sum, outside of the other",
    options: {},
    run: simple(unskewNests),
  },
  {
    name: "affine-permute",
    summary: "Loops of perfect nests in another order",
    options: {
      order: "old places, outermost first",
      "reductions-outward": "loops that are reduced over outside, where that is legal",
      nest: NEST,
    },
    run: scheduling((nest, options) => {
      if (!nest.isPerfect) return undefined;
      const given = options.numbers("order");
      const order = given ?? (options.flag("reductions-outward") ? reductionsOutward(nest) : undefined);
      return order?.length === nest.loops.length ? { order } : undefined;
    }),
  },
  {
    name: "affine-tile",
    summary: "Loops over tiles, and inside of them loops within",
    options: {
      sizes: "iterations in a tile by place, 1 for none",
      guarded: "whole tiles with guards",
      nest: NEST,
    },
    run: scheduling((nest, options) =>
      fits(nest, options.numbers("sizes"))
        ? { tiles: byPlace(options.numbers("sizes")), guarded: options.flag("guarded") }
        : undefined,
    ),
  },
  {
    name: "affine-unroll-jam",
    summary: "So many iterations side by side: innermost loops with the directive unroll",
    options: { factors: "lanes by place, 1 for none", nest: NEST },
    run: scheduling((nest, options) =>
      fits(nest, options.numbers("factors")) ? { unroll: byPlace(options.numbers("factors")) } : undefined,
    ),
  },
  {
    name: "affine-unroll",
    summary: "Iterations of the innermost loop side by side",
    options: { factor: "how many", nest: NEST },
    run: scheduling((nest, options) =>
      nest.isPerfect && nest.loops.length > 0
        ? { unroll: new Map([[nest.loops.length - 1, options.number("factor") ?? 4]]) }
        : undefined,
    ),
  },
  {
    name: "affine-reassociate",
    summary: "Unrolled terms of a reduction in a balanced tree, where operations allow it",
    options: { factors: "lanes by place, 1 for none", nest: NEST },
    reorders: "always",
    run: scheduling((nest, options) =>
      fits(nest, options.numbers("factors"))
        ? { unroll: byPlace(options.numbers("factors")), reassociate: true }
        : undefined,
    ),
  },
  {
    name: "affine-interleave",
    summary: "Partial sums of a reduction take turns; a tree joins them, where operations allow it",
    options: { loop: "place of the loop", count: "how many partial sums", nest: NEST },
    reorders: "always",
    run: interleaving,
  },
  {
    name: "affine-directives",
    summary: "Follows the attributes unroll, tile, ii and order of loops",
    options: { reassociate: "reductions that allow it may be reordered" },
    reorders: "when asked",
    run: (program, options) => applyDirectives(program, { reassociate: options.flag("reassociate") }),
  },
];
