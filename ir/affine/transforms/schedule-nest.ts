import { at } from "../../support/bug.ts";
import { fail, ok, type Result } from "../../support/result.ts";
import type { Dependence } from "../analysis/dependences.ts";
import { violatedDependence } from "../analysis/legality.ts";
import { contextOf, type Nest, nestAt, nestDependences, withoutReorderable } from "../analysis/nests.ts";
import { cannotTransform } from "../diagnostics.ts";
import { type Loop, type LoopProgram, type Node, replaceNode } from "../model/program.ts";
import { variableSum } from "../model/sum.ts";
import { buildNest, type Part, partsOf } from "./build-nest.ts";
import { extentOf } from "./expand-scalars.ts";
import { isNormal, normalizeNodes } from "./normalize.ts";

/** How the loops of a perfect nest are to run; loops are named by their place, 0 the outermost. */
export interface NestSchedule {
  /** Old places in the new order, outermost first; a loop that is tiled stands for its loop over tiles. */
  readonly order?: readonly number[];
  /** Iterations in a tile, by old place. The loops inside of tiles follow those over tiles, in the same order. */
  readonly tiles?: ReadonlyMap<number, number>;
  /** Iterations side by side, by old place: an innermost loop with the directive `unroll`. */
  readonly unroll?: ReadonlyMap<number, number>;
  /** Reductions that allow it may be reordered; unrolled terms of one become a balanced tree and one accumulation. */
  readonly reassociate?: boolean;
  /** The directive `ii` of the innermost loop that is not unrolled. */
  readonly ii?: number;
  /** Loops inside of tiles run to the tile's end under a guard, instead of ending with the domain. */
  readonly guarded?: boolean;
}

/** A nest of a program by a schedule (`scheduled`), in the place of the old one. */
export function scheduleNest(program: LoopProgram, node: Loop, schedule: NestSchedule): Result<LoopProgram> {
  const context = contextOf(program.body, node);
  if (context === undefined) return refuse(node, "the nest is not part of the program");
  const made = scheduled(nestAt(node, context), node, schedule);
  return made.kind === "ok" ? ok({ ...program, body: replaceNode(program.body, node, made.value) }) : made;
}

/**
 * Permutes, tiles and unrolls a perfect nest with normal loops, all at once: legal where the new order keeps every
 * dependence. Triangular bounds stay exact; where a lane or a tile reaches beyond the domain, statements are guarded.
 */
function scheduled(nest: Nest, node: Loop, schedule: NestSchedule): Result<readonly Node[]> {
  const problem = shapeProblem(nest, schedule);
  if (problem !== undefined) return refuse(node, problem);
  const parts = partsOf(nest, schedule);
  const all = nestDependences(nest);
  const dependences = schedule.reassociate === true ? withoutReorderable(all) : all;
  const violated = violation(nest, parts, dependences);
  if (violated !== undefined) return refuse(node, describe(violated));
  return normalizeNodes([buildNest(nest, parts, schedule)], nest.context);
}

function refuse(node: Loop, reason: string): Result<never> {
  return fail(cannotTransform(node.span, { pass: "the schedule", reason }));
}

function describe({ kind, source, target, carrier }: Dependence): string {
  const name = source.statement.target.array.hint ?? "an array";
  const where =
    carrier === undefined
      ? "within an iteration"
      : `carried by loop ${at(source.loops, carrier).counter.name}`;
  const other = target.statement.target.array.hint ?? "an array";
  return `it would turn around a ${kind} dependence ${where}, from the statement on ${name} to that on ${other}`;
}

function shapeProblem(nest: Nest, { order, tiles, unroll }: NestSchedule): string | undefined {
  const count = nest.loops.length;
  if (!nest.isPerfect) return "the nest is not perfect";
  if (!nest.loops.every(isNormal)) return "its loops are not normal";
  if (order !== undefined && [...order].sort((a, b) => a - b).join() !== [...nest.loops.keys()].join())
    return `the order ${order.join(", ")} does not name each of the ${String(count)} loops once`;
  const sizes = [...(tiles ?? []), ...(unroll ?? [])];
  const odd = sizes.find(([place, size]) => place >= count || size < 1 || !Number.isInteger(size));
  if (odd !== undefined)
    return `loop ${String(odd[0])} of ${String(count)} cannot have size ${String(odd[1])}`;
  return [...(unroll ?? [])]
    .map(([place, lanes]) => laneProblem(nest, place, lanes, tiles?.get(place)))
    .find(Boolean);
}

function laneProblem(nest: Nest, place: number, lanes: number, tile: number | undefined): string | undefined {
  if (tile !== undefined && tile % lanes !== 0)
    return `a tile of ${String(tile)} is no multiple of ${String(lanes)} lanes`;
  return extentOf([...nest.context, ...nest.loops.slice(0, place + 1)]) === undefined
    ? `the trip count of loop ${String(place)} is not known`
    : undefined;
}

function violation(
  nest: Nest,
  parts: readonly Part[],
  dependences: readonly Dependence[],
): Dependence | undefined {
  const places = new Map(nest.statements.map(({ statement }, index) => [statement, index]));
  const times = [
    ...nest.context.map(({ counter }) => variableSum(counter)),
    ...parts.map(({ time }) => time),
  ];
  return violatedDependence(dependences, (statement) => ({ times, order: places.get(statement) ?? 0 }));
}
