import {
  affineSum,
  at,
  f32,
  i1,
  i16,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Subscript,
  streamType,
  type Type,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { all, givenPort, hold, isBelow, not, register } from "../nest.ts";
import { constantDepth, outlierSlots } from "../packing.ts";
import type { Plan } from "../shape.ts";
import { MADE } from "./made.ts";

/** What leaves the accelerator for each row and vector of a step: whether a value outside the outlier columns reached the threshold. */
const MISS_STREAM = "outlier_misses";

/** The streams of misses: what a register counts. */
export function missEvents(plan: Pick<Plan, "precision">): readonly string[] {
  return missConnections(plan).map(({ name }) => name);
}

/** The connection to the outside that counts misses, where there are outliers. */
export function missConnections({
  precision,
}: Pick<Plan, "precision">): readonly { readonly name: string; readonly type: Type }[] {
  return precision.outliers === undefined ? [] : [{ name: MISS_STREAM, type: streamType(i1) }];
}

/** What outlier columns need between constants, vectors and the array's results. */
export interface OutlierWires {
  /** How many columns a vector can have. */
  readonly slots: number;
  /** The columns of the vector that is made next, and weights of each output channel, by slot. */
  readonly constants: Readonly<Record<string, Value>>;
  /** [row, slot]: values of the vector that is being made; 0 where there is no column. */
  readonly taken: Value | undefined;
  /** [row, slot]: bfloat16 words of the vector that the array multiplies. */
  readonly words: Value | undefined;
  readonly misses: Value;
}

const LISTS = { collected: "outliers_collected", attended: "outliers_attended" } as const;

function weightName(slot: number): string {
  return `outlier_weight${String(slot)}`;
}

/** Declares what outlier columns need; nothing in other precisions. */
export function makeOutlierWires(
  s: ScheduleBuilder,
  plan: Plan,
  misses: () => Value,
): OutlierWires | undefined {
  if (plan.precision.outliers === undefined) return undefined;
  const slots = outlierSlots(plan);
  if (slots === 0) return { slots, constants: {}, taken: undefined, words: undefined, misses: misses() };
  const list = vectorType(slots, i16);
  const weights = Array.from({ length: slots }, (_, slot) => {
    const stream = s.stream(weightName(slot), i16, constantDepth(plan));
    return [weightName(slot), stream] as const;
  });
  return {
    slots,
    constants: {
      [LISTS.collected]: s.stream(LISTS.collected, list),
      [LISTS.attended]: s.stream(LISTS.attended, list),
      ...Object.fromEntries(weights),
    },
    taken: s.buffer("outliers_taken", [plan.rows, slots], f32, "lut"),
    words: s.buffer("outlier_words", [plan.rows, slots], i16, "lut"),
    misses: misses(),
  };
}

type Ports = Readonly<Record<string, Value | undefined>>;

/** Whether a part of the constants comes before the weights of outlier columns. */
export function isBeforeOutliers(
  b: LoopBuilder,
  part: Value,
  firstOutlier: Value | undefined,
): readonly Value[] {
  return firstOutlier === undefined ? [] : [isBelow(b, part, firstOutlier)];
}

/** What of an element of the constants `outlierWriter` looks at. */
type OutlierElement = Readonly<Record<"element" | "body" | "part" | "half", Value>>;

/** Hands out what the constants hold for outliers, where there are any: the header's columns as one list, and behind the other parts a part of weights for each column. */
export function outlierWriter(
  b: LoopBuilder,
  slots: number,
  port: Ports,
  field: Readonly<Record<"scaleCount", Value>> & Readonly<Partial<Record<"made" | "firstOutlier", Value>>>,
): (place: OutlierElement) => void {
  const { made, firstOutlier, scaleCount } = field;
  if (made === undefined || firstOutlier === undefined) return () => undefined;
  const write = listAndWeightWriter(b, slots, port);
  return (place) => {
    write({ ...place, made, firstOutlier, scaleCount });
  };
}

function listAndWeightWriter(
  b: LoopBuilder,
  slots: number,
  port: Ports,
): (
  place: Readonly<
    Record<"element" | "body" | "part" | "firstOutlier" | "made" | "scaleCount" | "half", Value>
  >,
) => void {
  const cells = Array.from({ length: slots - 1 }, (_, slot) => register(b, `column${String(slot)}`, i16));
  return ({ element, body, part, firstOutlier, made, scaleCount, half }) => {
    const columns = cells.map((cell, slot) => {
      b.when(all(b, b.equals(part, 0), b.equals(element, slot)), () => {
        b.store(half, cell);
      });
      return b.load(cell);
    });
    const isWhole = all(b, b.equals(part, 0), b.equals(element, slots - 1));
    const isAttended = b.equals(made, MADE.attended);
    const isCollected = all(b, not(b, isAttended), not(b, b.equals(made, MADE.nothing)));
    for (const [name, isWanted] of [
      [LISTS.collected, isCollected],
      [LISTS.attended, isAttended],
    ] as const) {
      const target = port[name];
      if (target === undefined) continue;
      b.when(all(b, isWhole, isWanted), () => {
        b.write(target, b.vector([...columns, half], i16));
      });
    }
    const isChannel = all(b, not(b, isBelow(b, body, 0)), isBelow(b, body, scaleCount));
    const first = b.indexCast(firstOutlier, body.type);
    for (let slot = 0; slot < slots; slot++) {
      const target = port[weightName(slot)];
      if (target === undefined) continue;
      b.when(all(b, isChannel, b.cmpi("eq", part, b.addi(first, b.index(slot)))), () => {
        b.write(target, half);
      });
    }
  };
}

/** Connections of a kernel that takes outliers out of the vector it makes. */
export function takeConnections(
  outliers: OutlierWires | undefined,
  made: keyof typeof LISTS,
): Readonly<Record<"outlierList" | "outliersTaken", Value | undefined>> {
  return { outlierList: outliers?.constants[LISTS[made]], outliersTaken: outliers?.taken };
}

/** Where an iteration is, in a kernel that makes a vector: whether it begins the vector of all rows, or one row's. */
interface TakingPlace {
  readonly isStart: Value;
  readonly isRowStart: Value;
  readonly row: Subscript;
}

/**
 * Takes the outliers out of an iteration's elements of a row, each with its channel: they go into their slots, 0 takes their place.
 * A row's first iteration clears the slots.
 */
export function takeOutliers(
  b: LoopBuilder,
  port: Readonly<Record<"outlierList" | "outliersTaken", Value | undefined>>,
  place: () => TakingPlace,
  elements: readonly { readonly channel: () => Value; readonly value: Value }[],
): readonly Value[] {
  const { outlierList: source, outliersTaken: taken } = port;
  if (source === undefined || taken === undefined) return elements.map(({ value }) => value);
  const { isStart, isRowStart, row } = place();
  const list = sourceList(b, source, isStart);
  const zero = b.float(0);
  const matches = elements.map(({ channel }) => {
    const number = b.indexCast(channel(), i16);
    return list.map((column) => b.cmpi("eq", column, number));
  });
  list.forEach((_, slot) => {
    const hits = matches.map((match) => at(match, slot));
    const value = elements.reduce((other, element, n) => b.select(at(hits, n), element.value, other), zero);
    b.when(
      hits.reduce((some, hit) => b.ori(some, hit), isRowStart),
      () => {
        b.store(value, taken, row, b.index(slot));
      },
    );
  });
  return elements.map(({ value }, n) => {
    const isOutlier = at(matches, n).reduce((some, hit) => b.ori(some, hit));
    return b.select(isOutlier, zero, value);
  });
}

function sourceList(b: LoopBuilder, source: Value, isStart: Value): readonly Value[] {
  const { type } = source;
  if (type.kind !== "stream" || type.element.kind !== "vector") return [];
  const held = b.array("outlier_list", [], type.element, { storage: "reg" });
  return b.lanes(hold(b, held, isStart, () => b.read(source)));
}

/** Connections of the kernel that scales rows. */
export function scaleConnections(
  outliers: OutlierWires | undefined,
): Readonly<Record<"outliersTaken" | "outlierWords" | "misses", Value | undefined>> {
  return { outliersTaken: outliers?.taken, outlierWords: outliers?.words, misses: outliers?.misses };
}

/** A row's outliers, times its factor, as bfloat16 words; and whether another value of a row that counts reached the threshold. */
export function scaleOutliers(
  b: LoopBuilder,
  { precision: { outliers }, slots }: { readonly precision: Plan["precision"]; readonly slots: number },
  port: Readonly<Record<"outliersTaken" | "outlierWords" | "misses", Value | undefined>>,
  {
    row,
    source,
    factor,
    largest,
    counted,
  }: Readonly<Record<"row" | "source" | "factor" | "largest" | "counted", Value>>,
): void {
  const { outliersTaken: taken, outlierWords: words, misses } = port;
  if (outliers === undefined || misses === undefined) return;
  if (taken !== undefined && words !== undefined)
    for (let slot = 0; slot < slots; slot++) {
      const place = affineSum([], slot);
      b.store(b.toBf16(b.mulf(b.load(taken, source, place), factor)), words, row, place);
    }
  const reaches = b.cmpf("oge", b.mulf(largest, factor), b.float(outliers.threshold));
  b.write(misses, all(b, reaches, isBelow(b, row, counted)));
}

/** Connections of the kernel that takes the array's results. */
export function productConnections(
  outliers: OutlierWires | undefined,
): Readonly<Record<string, Value | undefined>> {
  const { slots = 0, constants = {}, words } = outliers ?? {};
  const weights: Record<string, Value | undefined> = { outlierWords: words };
  for (let slot = 0; slot < slots; slot++) weights[weightName(slot)] = constants[weightName(slot)];
  return weights;
}

/** Columns of a chunk of products, which are added as a tree. */
const CHUNK = 4;

/** The part of an output channel that its outlier columns make, as a function of the row. */
function outlierProducts(
  b: LoopBuilder,
  { slots, pn }: { readonly slots: number; readonly pn: number },
  port: Ports,
): (place: {
  readonly lane: Value;
  readonly isNew: () => Value;
  readonly count: Value;
  readonly row: Subscript;
}) => Value {
  const held = Array.from({ length: slots }, (_, slot) =>
    b.array(`weight${String(slot)}_of_lane`, [pn], i16, { storage: "lut" }),
  );
  return ({ lane, isNew: isFresh, count, row }) => {
    const isNew = isFresh();
    const products = held.flatMap((cells, slot) => {
      const [source, words] = [port[weightName(slot)], port["outlierWords"]];
      if (source === undefined || words === undefined) return [];
      const isThere = b.cmpi("sgt", count, b.constant(slot, count.type));
      const weight = heldWeight(b, source, { cells, lane, isNew: all(b, isNew, isThere), isThere });
      return [b.select(isThere, b.mulBf16(weight, b.load(words, row, b.index(slot))), b.float(0))];
    });
    const chunks = Array.from({ length: Math.ceil(products.length / CHUNK) }, (_, chunk) =>
      chunkSum(b, products.slice(CHUNK * chunk, CHUNK * (chunk + 1))),
    );
    return positiveZero(
      b,
      chunks.reduce((sum, chunk) => b.addf(sum, chunk)),
    );
  };
}

/** Adds the outliers' part to an output channel of a row, where there are outliers. */
export function outlierAdder(
  b: LoopBuilder,
  { plan, outliers }: { readonly plan: Plan; readonly outliers: OutlierWires | undefined },
  port: Ports,
  field: Readonly<Record<string, Value | undefined>>,
): (
  product: Value,
  place: { readonly lane: Value; readonly isNew: () => Value; readonly row: Subscript },
) => Value {
  if (outliers === undefined) return (product) => product;
  const count = givenPort(field, "outliers");
  if (count === undefined) return (product) => positiveZero(b, product);
  const products = outlierProducts(b, { slots: outliers.slots, pn: plan.pn }, port);
  return (product, place) => b.addf(product, products({ ...place, count }));
}

/** (p0 + p1) + (p2 + p3), +0 for what is not there. */
function chunkSum(b: LoopBuilder, products: readonly Value[]): Value {
  const zero = b.float(0);
  const [p0 = zero, p1 = zero, p2 = zero, p3 = zero] = products;
  return b.addf(b.addf(p0, p1), b.addf(p2, p3));
}

/** x + (+0): -0 becomes +0. */
function positiveZero(b: LoopBuilder, x: Value): Value {
  return b.select(b.equals(b.bitcast(x, i32), -(2 ** 31)), b.float(0), x);
}

/** A lane's weight of a column: read where it is new, held for the other rows. */
function heldWeight(
  b: LoopBuilder,
  source: Value,
  { cells, lane, isNew, isThere }: Readonly<Record<"cells" | "lane" | "isNew" | "isThere", Value>>,
): Value {
  const values = b.choose(
    isNew,
    [i16],
    () => {
      const made = b.read(source);
      b.store(made, cells, lane);
      return [made];
    },
    () => [b.select(isThere, b.load(cells, lane), b.int(0, 16))],
  );
  return at(values, 0);
}
