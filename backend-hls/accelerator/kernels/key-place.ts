import {
  affineSum,
  f32,
  type LoopBuilder,
  type Subscript,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { kvBytes, kvType, recordDataBytes } from "../kv-format.ts";
import { all, asIndex, isBelow } from "../nest.ts";
import type { Plan } from "../shape.ts";
import { slotOf } from "./fetch-blocks.ts";

/** Fields of the commands that say where the keys of a row and block are, in order. */
export const PLACE_FIELDS = [
  "committed",
  "offset",
  "slot",
  "ownBase",
  "acquires",
  "releases",
  "takesOwn",
] as const;

/** Where an iteration's keys and values are: key `key` of a row and block, heads from `kv` times the lanes on. */
export interface KeyPlace {
  readonly key: Value;
  readonly kv: Value;
  readonly field: Readonly<Record<(typeof PLACE_FIELDS)[number], Value>>;
}

/** Loops over the heads of a key, `ph` query heads at a time: key/value heads, query heads of one. */
export function keyLoops({ ph, kvLanes, group, model }: Plan): { readonly kv: number; readonly g: number } {
  return { kv: model.kvHeads / kvLanes, g: Math.max(1, group / ph) };
}

/** The row of the step whose key an iteration takes, where it takes one. */
export function ownRow({ key, field }: KeyPlace): Subscript {
  return affineSum([
    [field.ownBase, 1],
    [key, 1],
  ]);
}

/** The place in its block of the committed key that an iteration takes. */
function offsetOf({ key, field }: KeyPlace): Subscript {
  return affineSum([
    [field.offset, 1],
    [key, 1],
  ]);
}

/** Whether an iteration's key is of the committed context; the keys behind are of the step's own rows. */
export function isCommitted(b: LoopBuilder, { key, field }: KeyPlace): Value {
  return isBelow(b, key, field.committed);
}

/** Takes the token of a block with its first key, that of the step's own rows with the first of theirs. */
export function takeTokens(
  b: LoopBuilder,
  { key, field }: KeyPlace,
  isFirstHead: Value,
  port: { readonly loaded: Value; readonly ready: Value | undefined },
): void {
  b.when(all(b, field.acquires, isFirstHead, b.equals(key, 0)), () => {
    b.readFields(port.loaded);
  });
  const { ready } = port;
  if (ready === undefined) return;
  b.when(all(b, field.takesOwn, isFirstHead, b.cmpi("eq", key, asIndex(b, field.committed))), () => {
    b.readFields(ready);
  });
}

/** A record's part in memory and among the step's own rows. */
interface Source {
  readonly stored: Value;
  readonly own: Value | undefined;
  /** Bytes, or scales, of a record in memory before the part. */
  readonly skip: number;
}
interface ChannelSource extends Source {
  /** Bits of a channel as a number. */
  readonly width: number;
}

/** The channels of the iteration's key/value heads, a list for each. */
export function channelsOf(
  b: LoopBuilder,
  plan: Plan,
  place: KeyPlace,
  { stored, own, skip, width }: ChannelSource,
): readonly (readonly Value[])[] {
  const { cellBytes, kvLanes } = plan;
  const { headDim } = plan.model;
  const lanesOfCell = cellBytes / kvBytes(plan);
  const count = (kvLanes * headDim) / lanesOfCell;
  const ofMemory = (): readonly Value[] =>
    range(count).map((cell) =>
      b.load(
        stored,
        slotOf(b, place.field.slot),
        offsetOf(place),
        affineSum([[place.kv, count]], skip / cellBytes + cell),
      ),
    );
  const channel = (array: Value, index: number): Value =>
    b.load(array, ownRow(place), affineSum([[place.kv, count * lanesOfCell]], index));
  const ofStep = (array: Value): readonly Value[] =>
    range(count).map((cell) =>
      b.vector(
        range(lanesOfCell).map((lane) => channel(array, cell * lanesOfCell + lane)),
        kvType(plan),
      ),
    );
  const vectors =
    own === undefined
      ? ofMemory()
      : b.choose(
          isCommitted(b, place),
          range(count).map(() => vectorType(lanesOfCell, kvType(plan))),
          ofMemory,
          () => ofStep(own),
        );
  const lanes = vectors.flatMap((vector) => b.lanes(vector)).map((lane) => b.extsi(lane, width));
  return range(kvLanes).map((head) => lanes.slice(head * headDim, (head + 1) * headDim));
}

/** The scales of the iteration's key/value heads. */
export function scalesOf(
  b: LoopBuilder,
  plan: Plan,
  place: KeyPlace,
  { stored, own, skip }: Source,
): readonly Value[] {
  const { kvLanes, wordsBeforeScales } = plan;
  const before = recordDataBytes(plan.model, plan.precision) / 4 - wordsBeforeScales + skip;
  const ofMemory = (): readonly Value[] =>
    range(kvLanes).map((lane) =>
      b.bitcast(
        b.load(
          stored,
          lane,
          slotOf(b, place.field.slot),
          offsetOf(place),
          affineSum([[place.kv, kvLanes]], before + lane),
        ),
        f32,
      ),
    );
  if (own === undefined) return ofMemory();
  return b.choose(
    isCommitted(b, place),
    range(kvLanes).map(() => f32),
    ofMemory,
    () => range(kvLanes).map((lane) => b.load(own, ownRow(place), affineSum([[place.kv, kvLanes]], lane))),
  );
}

/** 0, 1, 2, … */
export function range(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}
