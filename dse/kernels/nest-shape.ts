import {
  type AffineSum,
  at,
  type Counter,
  type Dependence,
  distancesOf,
  evaluateSum,
  extentOf,
  type Loop,
  legalOrders,
  type Nest,
  nestDependences,
  nestReductions,
  reductionOf,
  variablesOf,
  withoutReorderable,
} from "../../ir/index.ts";

/** What the choice of a schedule looks at, once per nest; loops by their place, 0 the outermost. */
export interface NestShape {
  readonly nest: Nest;
  /** Largest trip count of each loop. */
  readonly extents: readonly number[];
  /** Fewest trips of each loop, at least 1. */
  readonly fewest: readonly number[];
  /** The loops outside of each one that bound it. */
  readonly bounding: readonly ReadonlySet<number>[];
  /** Loops that some statement reduces over. */
  readonly reductions: ReadonlySet<number>;
  /** Loops whose iterations depend on each other other than by a reduction that may be reordered. */
  readonly serial: ReadonlySet<number>;
  /** For each of those dependences, the least difference of every loop's counter (undefined: not bounded). */
  readonly distances: readonly (readonly (number | undefined)[])[];
  readonly orders: readonly (readonly number[])[];
  readonly reassociates: boolean;
}

/** Most loops whose orders are tried. */
const MOST_PERMUTED = 4;

/** Reads the shape of a perfect nest with normal loops. */
export function shapeOf(nest: Nest): NestShape {
  const { loops } = nest;
  const extents = loops.map((_, place) => extentOf([...nest.context, ...loops.slice(0, place + 1)]) ?? 1);
  const reductionsBy = [...nestReductions(nest).values()];
  const all = nestDependences(nest).filter(({ sourceAccess }) => sourceAccess.subscripts.length > 0); // a cell without subscripts is a wire
  const free = withoutReorderable(all);
  const reassociates = free.length < all.length;
  const rest = free.filter((dependence) => dependence.carrier !== undefined && !isAccumulation(dependence));
  const outer = nest.context.length;
  const orders =
    loops.length <= MOST_PERMUTED
      ? legalOrders(nest, { reassociate: true })
      : [loops.map((_, place) => place)];
  return {
    nest,
    extents: extents.map((extent) => Math.max(1, extent)),
    fewest: loops.map((loop, place) => fewestTrips(loop, loops.slice(0, place), extents)),
    bounding: loops.map(({ upper }) => placesIn(upper, loops)),
    reductions: new Set(reductionsBy.flat()),
    serial: new Set(free.flatMap(({ carrier }) => (carrier === undefined ? [] : [carrier - outer]))),
    distances: rest.map((dependence) =>
      distancesOf(dependence)
        .slice(nest.context.length)
        .map(({ min }) => min),
    ),
    orders,
    reassociates,
  };
}

/** Loops whose counters occur in some sums. */
function placesIn(sums: readonly AffineSum[], loops: readonly Loop[]): ReadonlySet<number> {
  const variables = new Set(sums.flatMap((sum) => variablesOf(sum)));
  return new Set(loops.flatMap(({ counter }, place) => (variables.has(counter) ? [place] : [])));
}

/** Whether a dependence is that of a reduction on its own cell. */
function isAccumulation({ source, target, sourceAccess, targetAccess }: Dependence): boolean {
  if (source.statement !== target.statement) return false;
  const own = [source.statement.target, reductionOf(source.statement)?.load.access];
  return own.includes(sourceAccess) && own.includes(targetAccess);
}

function fewestTrips({ upper }: Loop, outer: readonly Loop[], extents: readonly number[]): number {
  return Math.max(1, Math.min(...upper.map((sum) => extremeOf(sum, outer, extents, "least"))));
}

/** The least or greatest value of a sum over counters of `outer`. */
function extremeOf(
  sum: AffineSum,
  outer: readonly Loop[],
  extents: readonly number[],
  which: "least" | "greatest",
): number {
  return [...sum.terms].reduce((total, [variable, factor]) => {
    const place = outer.findIndex(({ counter }) => counter === variable);
    if (place < 0) return total;
    const isLow = factor > 0 === (which === "least");
    return total + factor * (isLow ? 0 : at(extents, place) - 1);
  }, sum.constant);
}

/**
 * Points of the nest when it is walked in blocks of these sizes: iterations of the loops around the lanes. Outer counters are
 * enumerated only where an inner bound mentions them.
 */
export function countBlocks({ nest: { loops }, extents }: NestShape, sizes: readonly number[]): number {
  const mentioned = new Set<Counter>(
    loops.flatMap(({ upper }) =>
      upper.flatMap((sum) =>
        variablesOf(sum).flatMap((variable) => (variable.kind === "counter" ? [variable] : [])),
      ),
    ),
  );
  const from = new Map<Counter, number>();
  const visit = (place: number): number => {
    const loop = loops[place];
    if (loop === undefined) return 1;
    const size = at(sizes, place);
    const trips = tripsAt(loop, loops.slice(0, place), { from, sizes, extent: at(extents, place) });
    const blocks = Math.ceil(trips / size);
    if (!mentioned.has(loop.counter)) return blocks * visit(place + 1);
    let total = 0;
    for (let block = 0; block < blocks; block++) {
      from.set(loop.counter, block * size);
      total += visit(place + 1);
    }
    return total;
  };
  return visit(0);
}

/** Trips of a loop inside of the current blocks of those around it, at least one. */
function tripsAt(
  { upper }: Loop,
  outer: readonly Loop[],
  block: {
    readonly from: ReadonlyMap<Counter, number>;
    readonly sizes: readonly number[];
    readonly extent: number;
  },
): number {
  const greatest = upper.map((sum) =>
    evaluateSum(sum, (counter) => {
      const place = outer.findIndex((loop) => loop.counter === counter);
      const first = block.from.get(counter) ?? 0;
      const isRising = [...sum.terms].some(([variable, factor]) => variable === counter && factor > 0);
      return isRising ? first + (place < 0 ? 0 : at(block.sizes, place) - 1) : first;
    }),
  );
  return Math.max(1, Math.min(block.extent, ...greatest));
}
