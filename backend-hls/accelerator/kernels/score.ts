import { affineSum, at, i32, type LoopBuilder, type ScheduleBuilder, type Value } from "../../../ir/index.ts";
import type { AttentionInputs, AttentionWires } from "../attention-wires.ts";
import { scoreBits } from "../kv-format.ts";
import { type Bound, isFirst, isLast, nest } from "../nest.ts";
import type { Plan } from "../shape.ts";
import { dot } from "./array-products.ts";
import {
  channelsOf,
  isCommitted,
  type KeyPlace,
  keyLoops,
  ownRow,
  PLACE_FIELDS,
  scalesOf,
  takeTokens,
} from "./key-place.ts";

/** The channels of the iteration's query heads in the width of their sums, and their scales. */
function queriesOf(
  b: LoopBuilder,
  plan: Plan,
  [queries, scales]: readonly [Value, Value],
  { row, kv, g }: Readonly<Record<"row" | "kv" | "g", Value>>,
): readonly { readonly channels: readonly Value[]; readonly scale: Value }[] {
  const { ph, kvLanes, group } = plan;
  const { headDim } = plan.model;
  const terms = (factor: number): readonly (readonly [Value, number])[] => [
    [kv, kvLanes * group * factor],
    [g, ph * factor],
  ];
  return Array.from({ length: ph }, (_, lane) => ({
    channels: Array.from({ length: headDim }, (_unused, d) =>
      b.extsi(b.load(queries, row, affineSum(terms(headDim), lane * headDim + d)), scoreBits(plan)),
    ),
    scale: b.load(scales, row, affineSum(terms(1), lane)),
  }));
}

/** What scores are made from: queries, and keys in memory's blocks or of the step. */
function sourcesOf(w: AttentionInputs & AttentionWires) {
  return {
    loaded: w.keysLoaded,
    free: w.keysFree,
    records: w.keyRecords,
    keyScales: w.keyScales,
    valueScales: w.valueScales,
    queries: w.queries8,
    queryScales: w.queryScales,
    ownKeys: w.sight?.keys,
    ownKeyScales: w.sight?.keyScales,
    ownValueScales: w.sight?.valueScales,
  };
}

/** Dot products of `ph` query heads and a key, all integers, times their scales; the values' scales go with them, and whether the row sees the key. */
export function scoreKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  const { sight } = w;
  s.kernel({
    name: "score",
    command: w.scoreCommand,
    fields: ["row", "keys", ...PLACE_FIELDS, "takesQueries", "low", "visibleLow", "visibleHigh"],
    connections: {
      ...sourcesOf(w),
      positions: sight && w.positions,
      queriesReady: sight?.queriesReady,
      ready: sight?.keysReady,
      forMaximum: w.scoresForMaximum,
      scores: w.scores,
    },
    body: ({ b, port, field }) => {
      const keys: Bound = { to: field.keys, max: plan.mostKeys };
      const loops = keyLoops(plan);
      nest(b, { key: keys, ...loops }, ({ key, kv, g }) => {
        const place: KeyPlace = { key, kv, field };
        const isLastHead = b.andi(isLast(b, kv, loops.kv), isLast(b, g, loops.g));
        const ends = { isFirst: isFirst(b, kv, g), isLast: b.andi(isLast(b, key, keys), isLastHead) };
        takeTokens(b, place, ends.isFirst, { loaded: port.loaded, ready: port.ready });
        const { queriesReady } = port;
        if (queriesReady !== undefined)
          b.when(b.andi(field.takesQueries, isFirst(b, key, kv, g)), () => {
            b.readFields(queriesReady);
          });
        const queries = queriesOf(b, plan, [port.queries, port.queryScales], { row: field.row, kv, g });
        const keyChannels = { stored: port.records, own: port.ownKeys, skip: 0, width: scoreBits(plan) };
        const channels = channelsOf(b, plan, place, keyChannels);
        const scalesAt = (stored: Value, own: Value | undefined, skip: number): readonly Value[] =>
          scalesOf(b, plan, place, { stored, own, skip });
        const keyScales = scalesAt(port.keyScales, port.ownKeyScales, 0);
        const scores = queries.map(({ channels: query, scale }, lane) => {
          const kvLane = Math.floor(lane / plan.groupLanes);
          const sum = b.toFloat(dot(b, query, at(channels, kvLane)));
          return b.mulf(b.mulf(sum, scale), at(keyScales, kvLane));
        });
        const valueScales = scalesAt(port.valueScales, port.ownValueScales, plan.model.kvHeads);
        const isSeen =
          port.positions === undefined
            ? b.int(1, 1)
            : isVisible(b, plan, place, { ...field, positions: port.positions });
        b.write(port.forMaximum, ...scores, ...valueScales, isSeen);
        b.write(port.scores, ...scores, ...valueScales, isSeen);
        b.when(b.andi(field.releases, ends.isLast), () => {
          b.write(port.free);
        });
      });
    },
  });
}

/** Committed keys are all seen; of the step's rows those whose bit is set, inside the window. */
function isVisible(
  b: LoopBuilder,
  plan: Plan,
  place: KeyPlace,
  {
    positions,
    low,
    visibleLow,
    visibleHigh,
  }: Readonly<Record<"positions" | "low" | "visibleLow" | "visibleHigh", Value>>,
): Value {
  if (plan.rows === 1) return b.int(1, 1);
  const [seen] = b.choose(
    isCommitted(b, place),
    [i32],
    () => [b.int(1)],
    () => {
      const row = b.indexCast(b.apply(ownRow(place)), i32);
      const amount = b.andi(row, b.int(31));
      const word =
        plan.rows > 32 ? b.select(b.cmpi("sgt", row, b.int(31)), visibleHigh, visibleLow) : visibleLow;
      const isInWindow = b.cmpi("sge", b.load(positions, ownRow(place)), low);
      return [b.select(isInWindow, b.shrui(word, amount), b.int(0))];
    },
  );
  return b.trunci(seen ?? b.int(1), 1);
}
