import { type GraphRequest, type PlannedGraph, planGraph } from "../../backend-hls/index.ts";
import {
  builtSpan,
  fail,
  type NestSchedule,
  nestsOf,
  type Operation,
  type Result,
  scheduleNest,
  writeProgram,
} from "../../ir/index.ts";
import { recipesDoNotFit } from "../diagnostics.ts";
import { functionOf, withFunction } from "./optimize-loops.ts";
import { perfectNests } from "./perfect-nests.ts";

/** A schedule of one nest as plain data: what a report holds and `compile --from` builds. Loops by place, 0 the outermost. */
export interface NestRecipe {
  readonly order: readonly number[];
  readonly tiles: readonly (readonly [place: number, size: number])[];
  readonly unroll: readonly (readonly [place: number, count: number])[];
  readonly guarded: boolean;
  readonly reassociate: boolean;
  /** Cycles from an iteration to the next, where more than one is wanted. */
  readonly ii: number | null;
}

/** A recipe for each perfect nest of a function in program order; null where one stays as it is. */
export type LoopRecipes = readonly (NestRecipe | null)[];

/** A schedule as plain data. */
export function recipeOf(schedule: NestSchedule): NestRecipe {
  const { order = [], tiles = [], unroll = [], guarded = false, reassociate = false, ii = null } = schedule;
  return { order, tiles: [...tiles], unroll: [...unroll], guarded, reassociate, ii };
}

function scheduleOf({ order, tiles, unroll, guarded, reassociate, ii }: NestRecipe): NestSchedule {
  return {
    order,
    unroll: new Map(unroll),
    ...(tiles.length === 0 ? {} : { tiles: new Map(tiles) }),
    ...(guarded ? { guarded } : {}),
    ...(reassociate ? { reassociate } : {}),
    ...(ii === null ? {} : { ii }),
  };
}

/** A function with its perfect nests scheduled as the recipes say, planned. */
export function planRecipes(request: GraphRequest, recipes: LoopRecipes): Result<PlannedGraph> {
  const module = applyRecipes(request, recipes);
  return module.kind === "ok" ? planGraph({ ...request, module: module.value }) : module;
}

function applyRecipes(
  { module, functionName: name, schedule }: GraphRequest,
  recipes: LoopRecipes,
): Result<Operation> {
  const program = perfectNests(functionOf(module, name), schedule);
  if (program.kind === "error") return program;
  const nests = nestsOf(program.value);
  if (nests.length !== recipes.length)
    return fail(recipesDoNotFit(builtSpan(`@${name}`), { nests: nests.length, recipes: recipes.length }));
  let current = program.value;
  for (const [index, { node }] of nests.entries()) {
    const recipe = recipes[index];
    if (recipe === undefined || recipe === null || node.kind !== "loop") continue;
    const scheduled = scheduleNest(current, node, scheduleOf(recipe));
    if (scheduled.kind === "error") return scheduled;
    current = scheduled.value;
  }
  return withFunction(module, name, writeProgram(current));
}
