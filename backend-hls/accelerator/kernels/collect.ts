import {
  affineSum,
  at,
  f32,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import { all, isBelow, isFirst, isLast, nest, position, register } from "../nest.ts";
import { ceilDiv, type Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { PARTS } from "./statistics.ts";

/** The loop over tiles and that over lanes are split so that the place of a partial sum is an affine function of counters. */
export function collectLoops({ pn }: Pick<Plan, "pn">): Readonly<Record<"tiles" | "lanes", number>> {
  const lanes = Math.min(pn, PARTS);
  return { lanes, tiles: PARTS / lanes };
}

/**
 * Puts a vector that is to be quantized into its buffer, times the gains of a norm, and takes its statistics: the largest
 * magnitude and, for a norm, eight interleaved sums of squares. Elements come by tiles with rows inside.
 */
export function collectKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { pn, rows, model } = plan;
  const { tiles, lanes } = collectLoops(plan);
  const most = ceilDiv(ceilDiv(Math.max(model.hidden, model.ffn), pn), tiles);
  s.kernel({
    name: "collect",
    command: w.collectCommand,
    fields: ["tiles", "outer", "rows", "count", "isNorm"],
    done: w.collected,
    connections: {
      fromResidual: w.fromResidual,
      fromActivation: w.fromActivation,
      gains: w.gains,
      vector: w.vector,
      squares: w.squares,
      largest: w.largest,
    },
    body: ({ b, port, field }) => {
      const gains = b.array("gain_of_lane", [tiles, pn], f32, { storage: "lut" });
      const bounds = {
        outer: { to: field.outer, max: most },
        low: tiles,
        row: { to: field.rows, max: rows },
        high: pn / lanes,
        lane: lanes,
      } as const;
      nest(b, bounds, ({ outer, low, row, high, lane }) => {
        const tile = position(b, outer, tiles, low);
        const place = b.addi(b.muli(high, b.index(lanes)), lane);
        const index = position(b, tile, pn, place);
        const isReal = isBelow(b, index, field.count);
        b.when(isBelow(b, tile, field.tiles), () => {
          const x = chosen(b, field.isNorm, [
            () => b.read(port.fromResidual),
            () => b.read(port.fromActivation),
          ]);
          const gain = (): Value => gainOf(b, port.gains, { gains, low, place, row }, isReal);
          const value = chosen(b, field.isNorm, [() => b.mulf(x, gain()), () => x]);
          b.when(isReal, () => {
            b.store(value, port.vector, row, index);
            const magnitude = b.bitcast(b.abs(value), i32);
            const before = b.load(port.largest, row);
            b.store(b.select(b.equals(index, 0), magnitude, b.maxsi(before, magnitude)), port.largest, row);
          });
          b.when(all(b, field.isNorm, isReal), () => {
            const part = affineSum([
              [low, lanes],
              [lane, 1],
            ]);
            const before = b.select(isBelow(b, index, PARTS), b.float(0), b.load(port.squares, row, part));
            b.store(b.addf(before, b.mulf(x, x)), port.squares, row, part);
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

/** A lane's gain: read for the first row (0 behind the vector's end), held for the others. */
function gainOf(
  b: LoopBuilder,
  source: Value,
  { gains, low, place, row }: Readonly<Record<"gains" | "low" | "place" | "row", Value>>,
  hasGain: Value,
): Value {
  return chosen(b, b.equals(row, 0), [
    () => {
      const made = chosen(b, hasGain, [() => b.read(source), () => b.float(0)]);
      b.store(made, gains, low, place);
      return made;
    },
    () => b.load(gains, low, place),
  ]);
}

/** Puts the output of attention, which comes row by row, into the vector buffer and notes each row's largest magnitude. */
export function collectHeadsKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { qWidth, rows } = plan;
  s.kernel({
    name: "collect_heads",
    command: w.collectHeadsCommand,
    fields: ["rows"],
    done: w.headsCollected,
    connections: { x: w.fromAttention, vector: w.vector, largest: w.largest },
    body: ({ b, port, field }) => {
      const running = register(b, "running", i32);
      nest(b, { row: { to: field.rows, max: rows }, i: qWidth }, ({ row, i }) => {
        const x = b.read(port.x);
        b.store(x, port.vector, row, i);
        const magnitude = b.bitcast(b.abs(x), i32);
        const largest = b.select(isFirst(b, i), magnitude, b.maxsi(b.load(running), magnitude));
        b.store(largest, running);
        b.when(isLast(b, i, qWidth), () => {
          b.store(largest, port.largest, row);
        });
      });
    },
  });
}
