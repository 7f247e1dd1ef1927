import type { Attributes } from "../../core/attribute.ts";
import { i64Attr } from "../../core/constraint.ts";
import { at } from "../../support/bug.ts";
import { type Nest, nestReductions } from "../analysis/nests.ts";
import { elementsAreApart, reductionOf } from "../analysis/reductions.ts";
import { withoutAttributes } from "../model/attributes.ts";
import { type Loop, type Node, type Placed, rewriteStatement, type Statement } from "../model/program.ts";
import {
  type AffineSum,
  addSums,
  type Counter,
  constantSum,
  floorSum,
  newCounter,
  substituteSum,
  variableSum,
} from "../model/sum.ts";
import { type Constraint, TermRewriter } from "../model/term.ts";
import { extentOf } from "./expand-scalars.ts";
import { withConstraints } from "./normalize.ts";
import { type Lane, sumLanes } from "./reassociate.ts";
import { domainOf, scanDomain, type WantedLoop } from "./scan-domain.ts";
import type { NestSchedule } from "./schedule-nest.ts";

/** One new loop made of an old one. */
export interface Part {
  readonly place: number;
  readonly counter: Counter;
  readonly level: "tile" | "point" | "lane";
  /** How much the old counter grows with this one. */
  readonly stride: number;
  /** A time of the same order, in the old counter. */
  readonly time: AffineSum;
  /** Trip count of lanes, and largest one of what is inside of tiles. */
  readonly count: number | undefined;
}

/** The new loops of a schedule, outermost first. */
export function partsOf(nest: Nest, schedule: NestSchedule): readonly Part[] {
  const order = schedule.order ?? [...nest.loops.keys()];
  const parts = order.flatMap((place) => loopParts(nest, place, schedule));
  return (["tile", "point", "lane"] as const).flatMap((level) =>
    parts.filter((part) => part.level === level),
  );
}

function loopParts(nest: Nest, place: number, { tiles, unroll }: NestSchedule): readonly Part[] {
  const { counter } = at(nest.loops, place);
  const extent = extentOf([...nest.context, ...nest.loops.slice(0, place + 1)]) ?? Number.POSITIVE_INFINITY;
  const lanes = Math.min(unroll?.get(place) ?? 1, extent);
  const tile = tiles?.get(place) ?? Number.POSITIVE_INFINITY;
  const part = (level: Part["level"], stride: number, count?: number): Part => ({
    place,
    level,
    stride,
    count,
    counter: newCounter(level === "tile" ? counter.name : `${counter.name}${level === "lane" ? "l" : "p"}`),
    time: floorSum(variableSum(counter), stride),
  });
  const out: Part[] = [];
  if (tile > lanes && tile < extent) out.push(part("tile", tile), part("point", lanes, tile / lanes));
  else if (lanes === 1 || lanes < extent) out.push(part("tile", lanes));
  if (lanes > 1) out.push(part("lane", 1, lanes));
  return out;
}

/** The nest in new loops. */
export function buildNest(nest: Nest, parts: readonly Part[], schedule: NestSchedule): Node {
  const values = new Map(nest.loops.map(({ counter }, place) => [counter, valueOfPlace(parts, place)]));
  const rewriter = new TermRewriter({ counter: (counter) => values.get(counter) });
  const domain = [
    ...domainOf(nest.loops).map(({ kind, sum }) => ({ kind, sum: inNewCounters(sum, values) })),
    ...parts.flatMap(({ counter, level, count }) =>
      level === "point" && count !== undefined ? within(counter, count) : [],
    ),
  ];
  const trees = new Set(schedule.reassociate === true ? treeLanes(nest, parts) : []);
  const { loops, guards } = scanDomain(
    domain,
    parts.map((part) => wantedLoop(nest, part, schedule)),
    nest.context,
  );
  const written = loops.filter((_, index) => !trees.has(at(parts, index)));
  const lanes = [...trees].map(({ counter, count = 1 }): Lane => ({ counter, count }));
  const body = nest.statements.map(({ statement }) => {
    const moved = rewriteStatement(statement, rewriter);
    const guarded = withConstraints(moved, guards) as Statement; // of a statement comes a statement
    return lanes.length === 0 ? guarded : sumLanes(guarded, lanes);
  });
  return wrap(withInterval(written, parts, trees, schedule.ii), body);
}

function valueOfPlace(parts: readonly Part[], place: number): AffineSum {
  return parts
    .filter((part) => part.place === place)
    .reduce((sum, { counter, stride }) => addSums(sum, variableSum(counter), stride), constantSum(0));
}

function inNewCounters(sum: AffineSum, values: ReadonlyMap<Counter, AffineSum>): AffineSum {
  return substituteSum(sum, (variable) => (variable.kind === "counter" ? values.get(variable) : undefined));
}

function within(counter: Counter, count: number): readonly Constraint[] {
  return [
    { kind: "atLeast", sum: variableSum(counter) },
    { kind: "atLeast", sum: variableSum(counter, -1, count - 1) },
  ];
}

/** Directives of the old loop that the schedule does not replace go to the first of its parts. */
function wantedLoop(
  nest: Nest,
  { place, counter, level, count }: Part,
  { guarded = false }: NestSchedule,
): WantedLoop {
  const { attributes, span } = at(nest.loops, place);
  if (level === "lane" && count !== undefined)
    return { counter, span, count, attributes: { unroll: i64Attr.write(count) } };
  if (level === "point")
    return { counter, span, attributes: {}, ...(guarded && count !== undefined ? { count } : {}) };
  return {
    counter,
    span,
    attributes: withoutAttributes(attributes, "unroll", "ii", "tile", "order", "max_trip"),
  };
}

/** Lanes whose terms are added before they are accumulated: the nest's only statement reduces over them. */
function treeLanes(nest: Nest, parts: readonly Part[]): readonly Part[] {
  const reductions = nestReductions(nest);
  const isTree = (placed: Placed, place: number): boolean => {
    const reduction = reductionOf(placed.statement);
    if (reduction?.mayReassociate !== true || reductions.get(placed.statement)?.includes(place) !== true)
      return false;
    return elementsAreApart(placed, reduction);
  };
  const single = nest.statements.length === 1;
  return parts.filter(
    ({ level, place }) =>
      single && level === "lane" && nest.statements.every((placed) => isTree(placed, place)),
  );
}

function withInterval(
  loops: readonly Loop[],
  parts: readonly Part[],
  trees: ReadonlySet<Part>,
  ii: number | undefined,
): readonly Loop[] {
  const left = parts.filter((part) => !trees.has(part));
  const last = left.findLastIndex(({ level }) => level !== "lane");
  if (ii === undefined) return loops;
  return loops.map((loop, index) => {
    const attributes: Attributes = { ...loop.attributes, ii: i64Attr.write(ii) };
    return index === last ? { ...loop, attributes } : loop;
  });
}

/** Loops around nodes. */
function wrap(loops: readonly Loop[], body: readonly Node[]): Node {
  const nodes = loops.reduceRight<readonly Node[]>((inner, loop) => [{ ...loop, body: inner }], body);
  return at(nodes, 0);
}
