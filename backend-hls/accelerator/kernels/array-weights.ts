import {
  i8,
  i16,
  i32,
  intType,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { all, hold, isBelow, isFirst, nest, not, register } from "../nest.ts";
import { LAYER_MATRICES } from "../packing.ts";
import { groupOf } from "../precision.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";

/** The two kinds of beats of int4 groups on their way to the array. */
export interface GroupWires {
  /** The command {tiles, beats of scales of a tile, beats of a tile}. */
  readonly split: Value;
  /** Beats of weights, and beats of group scales. */
  readonly weights: Value;
  readonly scales: Value;
}

/** Declares what lies between the stream of weights and the array, where something does. */
export function makeGroupWires(s: ScheduleBuilder, plan: Plan): GroupWires | undefined {
  if (groupOf(plan.precision) === undefined) return undefined;
  const beat = vectorType(plan.beatBytes, i8);
  const most = Math.max(...LAYER_MATRICES.map((name) => plan[name].scaleBeats));
  return {
    split: s.commands("split_weights_cmd", [i32, i16, i32], 4),
    weights: s.stream("array_weights", beat, 4),
    // The next tile's scales wait while the last ones of this tile are used.
    scales: s.stream("group_scales", beat, 2 * most + 2),
  };
}

/** A tile's scales come in front of its weights; they wait beside the weights so that the array takes both at once. */
export function splitWeightsKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  if (w.groups === undefined) return;
  const matrices = [...LAYER_MATRICES, "head" as const].map((name) => plan[name]);
  s.kernel({
    name: "split_weights",
    command: w.groups.split,
    fields: ["tiles", "scales", "beats"],
    connections: { data: w.weightBeats, weights: w.groups.weights, scales: w.groups.scales },
    body: ({ b, port, field }) => {
      const bounds = {
        tile: { to: field.tiles, max: Math.max(...matrices.map(({ tiles }) => tiles)) },
        beat: { to: field.beats, max: Math.max(...matrices.map(({ tileBeats }) => tileBeats)) },
      };
      nest(b, bounds, ({ beat }) => {
        const data = b.read(port.data);
        const isScale = isBelow(b, beat, field.scales);
        b.when(isScale, () => {
          b.write(port.scales, data);
        });
        b.when(not(b, isScale), () => {
          b.write(port.weights, data);
        });
      });
    },
  });
}

/** Fields of the array's command by which it takes beats of both formats: whether they are int8, and beats for its input channels. */
export function weightFields({ precision }: Plan): readonly ("isInt8" | "halves")[] {
  return groupOf(precision) === undefined ? [] : ["isInt8", "halves"];
}

/** Where the array's weights come from. */
export function weightConnections({ groups, weightBeats }: Wires): {
  readonly weights: Value;
  readonly scales: Value | undefined;
} {
  return groups === undefined
    ? { weights: weightBeats, scales: undefined }
    : { weights: groups.weights, scales: groups.scales };
}

/** Where an iteration of the array is. */
interface ArrayPlace {
  readonly k: Value;
  /** Which beat of these input channels, where they have two. */
  readonly half: Value | undefined;
  /** The group of rows. */
  readonly group: Value;
}

/** The weights of an iteration: channel by channel `pk` of them, and for each channel what its products are multiplied by. */
export interface ArrayWeights {
  readonly lanes: readonly Value[];
  readonly factors: readonly Value[] | undefined;
}

/** Takes a beat of weights where a new one is due; it stays while the groups of rows pass. */
export function makeArrayWeights(
  b: LoopBuilder,
  plan: Plan,
  port: { readonly weights: Value; readonly scales: Value | undefined },
  field: Readonly<Partial<Record<"isInt8", Value>>>,
): (place: ArrayPlace) => ArrayWeights {
  const { beatBytes, sumBits } = plan;
  const held = b.array("beat", [], vectorType(beatBytes, i8), { storage: "reg" });
  const { isInt8 } = field;
  const { scales } = port;
  if (isInt8 === undefined || scales === undefined)
    return ({ group }) => ({
      lanes: b
        .lanes(hold(b, held, b.equals(group, 0), () => b.read(port.weights)))
        .map((lane) => b.extsi(lane, sumBits)),
      factors: undefined,
    });
  const factorsOf = makeFactors(b, plan, scales, isInt8);
  return (place) => {
    const beat = hold(b, held, b.equals(place.group, 0), () => b.read(port.weights));
    return { lanes: eitherWeights(b, plan, beat, { isInt8, half: place.half }), factors: factorsOf(place) };
  };
}

/** The lanes of a beat of int4, or those of a beat of int8, which are half as many: the others of these channels are 0. */
function eitherWeights(
  b: LoopBuilder,
  { beatBytes, pk, sumBits }: Plan,
  beat: Value,
  { isInt8, half }: { readonly isInt8: Value; readonly half: Value | undefined },
): readonly Value[] {
  const bytes = b.lanes(beat);
  const nibbles = b.lanes(b.vectorCast(beat, vectorType(2 * beatBytes, intType(4))));
  const zero = b.int(0, 8);
  const isHalf = half === undefined ? [] : [0, 1].map((number) => b.equals(half, number));
  return nibbles.map((nibble, index) => {
    const [n, kk] = [Math.floor(index / pk), index % pk];
    const byte = bytes[n * (pk / 2) + (kk % (pk / 2))] ?? zero;
    const isHere = isHalf[kk < pk / 2 ? 0 : 1];
    const wide = isHere === undefined ? byte : b.select(isHere, byte, zero);
    return b.extsi(b.select(isInt8, wide, b.extsi(nibble, 8)), sumBits);
  });
}

/** Scales of the groups that an iteration's weights are of; 1 for int8. A beat of them holds `pk / 2` groups of every channel. */
function makeFactors(
  b: LoopBuilder,
  { pn, pk, beatBytes, sumBits, precision }: Plan,
  scales: Value,
  isInt8: Value,
): (place: ArrayPlace) => readonly Value[] {
  const size = groupOf(precision) ?? 1;
  const cells = Array.from({ length: beatBytes }, (_, lane) => register(b, `scale${String(lane)}`, i8));
  return ({ k, half, group }) => {
    const start = all(b, not(b, isInt8), isFirst(b, group, ...(half === undefined ? [] : [half])));
    const isNew = (beats: number): Value =>
      all(b, start, b.equals(b.andi(b.indexCast(k, i32), b.int(beats - 1)), 0));
    const [isBeat, isGroup] = [isNew(size / 2), isNew(size / pk)];
    const before = cells.map((cell) => b.load(cell));
    const next = b.choose(
      isBeat,
      cells.map(() => i8),
      () => b.lanes(b.read(scales)),
      () => before.map((cell, lane) => b.select(isGroup, before[lane + pn] ?? b.int(0, 8), cell)),
    );
    next.forEach((value, lane) => {
      const cell = cells[lane];
      if (cell !== undefined) b.store(value, cell);
    });
    return next.slice(0, pn).map((value) => b.select(isInt8, b.int(1, sumBits), b.extui(value, sumBits)));
  };
}
