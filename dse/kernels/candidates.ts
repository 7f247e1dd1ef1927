import { at, type FloatPrimitiveName, type NestSchedule } from "../../ir/index.ts";
import { countBlocks, type NestShape } from "./nest-shape.ts";
import { countUses, unitUses } from "./nest-units.ts";
import type { UnitTiming } from "./unit-timing.ts";

/** Float units that may be built, by primitive; those that are not named are not limited. */
export type UnitLimits = Readonly<Partial<Record<FloatPrimitiveName, number>>>;

/** A schedule of a nest with what it is expected to take. */
export interface Candidate {
  readonly schedule: NestSchedule;
  readonly lanes: readonly number[];
  readonly ii: number;
  readonly iterations: number;
  /** From its start to its end. */
  readonly cycles: number;
  readonly units: ReadonlyMap<FloatPrimitiveName, number>;
}

/** What tells a candidate from the others of its nest. */
export function candidateKey({ schedule: { order, tiles }, lanes }: Candidate): string {
  return JSON.stringify([order, lanes, [...(tiles ?? [])]]);
}

/** What candidates are made for. */
export interface CandidateOptions {
  readonly limits: UnitLimits;
  readonly timing: UnitTiming;
  /** Most lanes of a nest. */
  readonly mostLanes: number;
  /** Lanes of each loop that are looked at; absent: all. */
  readonly lanes?: readonly (readonly number[])[] | undefined;
}

/**
 * Schedules of a nest within the limits, quickest first: orders of its loops that keep dependences, lanes of each loop (any
 * number, reductions where they may be reordered), and a tile of a parallel loop inside where a recurrence would be too short for
 * II = 1. Cycles by closed form: II times iterations plus the depth.
 */
export function candidatesOf(shape: NestShape, options: CandidateOptions): readonly Candidate[] {
  const uses = unitUses(shape);
  const found: Candidate[] = [];
  for (const lanes of options.lanes ?? laneChoices(shape, options.mostLanes)) {
    const wanted = countUses(uses, lanes);
    if (!mayFit(wanted, options.limits)) continue;
    found.push(...withOrders(shape, lanes, wanted, options));
  }
  return found.sort(
    (a, b) => a.cycles - b.cycles || total(a.units) - total(b.units) || lanesOf(a) - lanesOf(b),
  );
}

function total(units: ReadonlyMap<string, number>): number {
  return [...units.values()].reduce((sum, count) => sum + count, 0);
}

function lanesOf({ lanes }: Candidate): number {
  return lanes.reduce((product, count) => product * count, 1);
}

/** Sharing a unit by more than this many operations costs more selection than it saves. */
const MOST_SHARED = 64;

function mayFit(wanted: ReadonlyMap<FloatPrimitiveName, number>, limits: UnitLimits): boolean {
  return [...wanted].every(([primitive, count]) => count <= (limits[primitive] ?? Infinity) * MOST_SHARED);
}

/** Every choice of lanes, by loop. */
function laneChoices(
  { extents, serial, reductions, reassociates }: NestShape,
  most: number,
): readonly (readonly number[])[] {
  return extents.reduce<readonly (readonly number[])[]>(
    (choices, extent, place) => {
      const isFixed = serial.has(place) || (reductions.has(place) && !reassociates);
      return choices.flatMap((lanes) => {
        const used = lanes.reduce((product, count) => product * count, 1);
        const largest = isFixed ? 1 : Math.min(extent, Math.floor(most / used));
        return usefulLanes(extent, largest).map((count) => [...lanes, count]);
      });
    },
    [[]],
  );
}

/** Numbers of lanes up to a largest one, of those with the same trip count the smallest. */
function usefulLanes(extent: number, largest: number): readonly number[] {
  const useful: number[] = [];
  for (let count = 1; count <= largest; count++)
    if (count === 1 || Math.ceil(extent / count) < Math.ceil(extent / (count - 1))) useful.push(count);
  return useful;
}

function withOrders(
  shape: NestShape,
  lanes: readonly number[],
  wanted: ReadonlyMap<FloatPrimitiveName, number>,
  options: CandidateOptions,
): readonly Candidate[] {
  const { limits, timing } = options;
  const shared = Math.max(
    1,
    ...[...wanted].map(([name, count]) => Math.ceil(count / (limits[name] ?? Infinity))),
  );
  const best = new Map<string, Candidate>();
  for (const order of shape.orders) {
    for (const tile of tileChoices(shape, order, lanes, timing)) {
      const ii = Math.max(
        shared,
        Math.ceil(timing.recurrence(shape) / distanceOf(shape, order, lanes, tile)),
      );
      const sizes = lanes.map((count, place) => (place === tile?.place ? tile.size : count));
      const iterations =
        countBlocks(shape, sizes) * (tile === undefined ? 1 : tile.size / at(lanes, tile.place));
      const cycles = ii * iterations + timing.depth(shape, lanes);
      const units = new Map([...wanted].map(([name, count]) => [name, Math.ceil(count / ii)] as const));
      const schedule = scheduleOf(shape, { order, lanes, tile, ii });
      const candidate = { schedule, lanes, ii, iterations, cycles, units };
      const known = best.get(`${String(ii)} ${String(iterations)}`);
      if (known === undefined) best.set(`${String(ii)} ${String(iterations)}`, candidate);
    }
  }
  return [...best.values()];
}

interface Tile {
  readonly place: number;
  readonly size: number;
}

interface Choice {
  readonly order: readonly number[];
  readonly lanes: readonly number[];
  readonly tile: Tile | undefined;
  readonly ii: number;
}

function scheduleOf(shape: NestShape, { order, lanes, tile, ii }: Choice): NestSchedule {
  const unroll = new Map([...lanes.entries()].filter(([, count]) => count > 1));
  return {
    order,
    unroll,
    ...(tile === undefined ? {} : { tiles: new Map([[tile.place, tile.size]]), guarded: true }),
    ...(shape.reassociates ? { reassociate: true } : {}),
    ...(ii > 1 ? { ii } : {}),
  };
}

/** Fewest blocks of a loop each time it is entered; a loop inside of one that it bounds may be entered for a single one. */
function tripsOf(
  { extents, fewest, bounding }: NestShape,
  order: readonly number[],
  place: number,
  lanes: readonly number[],
): number {
  const count = at(lanes, place);
  const outside = order.slice(0, order.indexOf(place));
  if (outside.some((other) => at(bounding, other).has(place))) return 1;
  return at(fewest, place) < at(extents, place)
    ? Math.max(1, Math.floor(at(fewest, place) / count))
    : Math.ceil(at(extents, place) / count);
}

/** Iterations after which an accumulation meets its cell again: those of the loops inside of the innermost reduction. */
function distanceOf(
  shape: NestShape,
  order: readonly number[],
  lanes: readonly number[],
  tile: Tile | undefined,
): number {
  const others = Math.min(
    Infinity,
    ...shape.distances.map((steps) => stepsBetween(shape, order, lanes, steps)),
  );
  const last = order.findLastIndex(
    (place) => shape.reductions.has(place) && at(lanes, place) < at(shape.extents, place),
  );
  if (last < 0) return others;
  const inner = order.slice(last + 1).filter((place) => place !== tile?.place);
  const points = tile === undefined ? 1 : tile.size / at(lanes, tile.place);
  return Math.min(
    others,
    inner.reduce((product, place) => product * tripsOf(shape, order, place, lanes), points),
  );
}

/** Fewest iterations between the ends of a dependence, of which the least step of every counter is known. */
function stepsBetween(
  shape: NestShape,
  order: readonly number[],
  lanes: readonly number[],
  steps: readonly (number | undefined)[],
): number {
  let weight = 1;
  let sum = 0;
  for (const place of order.toReversed()) {
    const count = at(lanes, place);
    const step = steps[place] ?? -Infinity;
    sum += Math.ceil((step - (count - 1)) / count) * weight;
    weight *= tripsOf(shape, order, place, lanes);
  }
  return Math.max(1, sum);
}

/** No tile; where the recurrence is too short, a tile of each parallel loop that makes it long enough. */
function tileChoices(
  shape: NestShape,
  order: readonly number[],
  lanes: readonly number[],
  timing: UnitTiming,
): readonly (Tile | undefined)[] {
  const needed = timing.recurrence(shape);
  if (distanceOf(shape, order, lanes, undefined) >= needed) return [undefined];
  const parallel = order.filter((place) => !shape.reductions.has(place) && !shape.serial.has(place));
  const tiles = parallel.flatMap((place): readonly Tile[] => {
    const count = at(lanes, place);
    const without = distanceOf(shape, order, lanes, { place, size: count });
    const points = Math.ceil(needed / without);
    return points > 1 && points * count < at(shape.extents, place) ? [{ place, size: points * count }] : [];
  });
  return [undefined, ...tiles];
}
