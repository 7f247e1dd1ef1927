import {
  affineSum,
  at,
  f32,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import { all, isBelow, nest, not, position } from "../nest.ts";
import { ceilDiv, type Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";

/** Trips of the loops: tiles (or rows) split by `ratio`, lanes by `wide`. */
function tripsOf(plan: Plan): Readonly<Record<"narrow" | "ratio" | "wide" | "outer" | "middle", number>> {
  const { pn, rows, qWidth, model } = plan;
  const narrow = Math.min(pn, 8);
  const ratio = 8 / narrow;
  const tilesOf = (width: number): number => ceilDiv(width, pn);
  return {
    narrow,
    ratio,
    wide: pn / narrow,
    outer: ceilDiv(Math.max(tilesOf(model.hidden), tilesOf(model.ffn), rows), ratio),
    middle: Math.max(rows, tilesOf(qWidth)),
  };
}

/**
 * Puts a vector that is to be quantized into its buffer, times the gains of a norm, and takes its statistics: the largest
 * magnitude and, for a norm, eight interleaved sums of squares. Elements come by tiles with rows inside, from attention row by row.
 * The loop over tiles and that over lanes are split so that the place of a partial sum is an affine function of counters.
 */
export function collectKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { pn } = plan;
  const trips = tripsOf(plan);
  const { ratio, narrow } = trips;
  s.kernel({
    name: "collect",
    command: w.collectCommand,
    fields: ["lines", "outer", "middle", "count", "isNorm", "byRow"],
    done: w.collected,
    connections: {
      fromResidual: w.fromResidual,
      fromActivation: w.fromActivation,
      fromAttention: w.fromAttention,
      gains: w.gains,
      vector: w.vector,
      squares: w.squares,
      largest: w.largest,
    },
    body: ({ b, port, field }) => {
      const gains = b.array("gain_of_lane", [ratio, pn], f32, { storage: "lut" });
      const bounds = {
        outer: { to: field.outer, max: trips.outer },
        low: ratio,
        middle: { to: field.middle, max: trips.middle },
        high: trips.wide,
        lane: narrow,
      } as const;
      nest(b, bounds, ({ outer, low, middle, high, lane }) => {
        const line = position(b, outer, ratio, low);
        const place = b.addi(b.muli(high, b.index(narrow)), lane);
        const tileIndex = position(b, line, pn, place);
        const rowIndex = position(b, middle, pn, place);
        const hasElement = b.ori(not(b, field.byRow), isBelow(b, rowIndex, field.count));
        const isReal = isBelow(b, b.select(field.byRow, rowIndex, tileIndex), field.count);
        b.when(all(b, isBelow(b, line, field.lines), hasElement), () => {
          const x = nextElement(b, port, field);
          const row = b.select(field.byRow, line, middle);
          const index = b.select(field.byRow, rowIndex, tileIndex);
          const hasGain = (): Value => isBelow(b, tileIndex, field.count);
          const gain = (): Value => gainOf(b, port.gains, { gains, low, place, middle }, hasGain);
          const value = chosen(b, field.isNorm, [() => b.mulf(x, gain()), () => x]);
          b.when(isReal, () => {
            b.store(value, port.vector, row, index);
            noteMagnitude(b, port.largest, { value, row, index });
          });
          b.when(all(b, field.isNorm, isReal), () => {
            const part = affineSum([
              [low, narrow],
              [lane, 1],
            ]);
            const before = b.select(isBelow(b, index, 8), b.float(0), b.load(port.squares, middle, part));
            b.store(b.addf(before, b.mulf(x, x)), port.squares, middle, part);
          });
        });
      });
    },
  });
}

/** One of two floats; what the other takes is not done. */
function chosen(b: LoopBuilder, bit: Value, [then, otherwise]: readonly [() => Value, () => Value]): Value {
  const values = b.choose(
    bit,
    [f32],
    () => [then()],
    () => [otherwise()],
  );
  return at(values, 0);
}

/** From attention, or of a norm from the residual, or from the activation. */
function nextElement(
  b: LoopBuilder,
  port: Readonly<Record<"fromAttention" | "fromResidual" | "fromActivation", Value>>,
  { byRow, isNorm }: Readonly<Record<"byRow" | "isNorm", Value>>,
): Value {
  return chosen(b, byRow, [
    () => b.read(port.fromAttention),
    () => chosen(b, isNorm, [() => b.read(port.fromResidual), () => b.read(port.fromActivation)]),
  ]);
}

/** A lane's gain: read for the first row (0 behind the vector's end), held for the others. */
function gainOf(
  b: LoopBuilder,
  source: Value,
  { gains, low, place, middle }: Readonly<Record<"gains" | "low" | "place" | "middle", Value>>,
  hasGain: () => Value,
): Value {
  return chosen(b, b.equals(middle, 0), [
    () => {
      const made = chosen(b, hasGain(), [() => b.read(source), () => b.float(0)]);
      b.store(made, gains, low, place);
      return made;
    },
    () => b.load(gains, low, place),
  ]);
}

/** Keeps the row's largest magnitude: as bits, which order as magnitudes do. */
function noteMagnitude(
  b: LoopBuilder,
  largest: Value,
  { value, row, index }: Readonly<Record<"value" | "row" | "index", Value>>,
): void {
  const magnitude = b.bitcast(b.abs(value), i32);
  b.store(b.select(b.equals(index, 0), magnitude, b.maxsi(b.load(largest, row), magnitude)), largest, row);
}
