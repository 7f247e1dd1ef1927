import {
  affineSum,
  at,
  f32,
  i16,
  i32,
  type LoopBuilder,
  type ScalarType,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import { fromBf16, holdLane, isBelow, isFirst, isLast, nest, position, register } from "../nest.ts";
import { ceilDiv, type Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { takeConnections, takeOutliers } from "./outliers.ts";
import { PARTS } from "./statistics.ts";

/** Puts a vector that is to be quantized into its buffer, times the gains of a norm, and notes the largest magnitude. Elements come by tiles with rows inside. */
export function collectKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { pn, rows, model } = plan;
  s.kernel({
    name: "collect",
    command: w.collectCommand,
    fields: ["tiles", "rows", "count", "isNorm"],
    done: w.collected,
    connections: {
      fromResidual: w.fromResidual,
      fromActivation: w.fromActivation,
      gains: w.gains,
      vector: w.vector,
      largest: w.largest,
      ...takeConnections(w.outliers, "collected"),
    },
    body: ({ b, port, field }) => {
      const gains = b.array("gain_of_lane", [pn], i16, { storage: "lut" });
      const bounds = {
        tile: { to: field.tiles, max: ceilDiv(Math.max(model.hidden, model.ffn), pn) },
        row: { to: field.rows, max: rows },
        lane: pn,
      } as const;
      nest(b, bounds, ({ tile, row, lane }) => {
        const index = affineSum([
          [tile, pn],
          [lane, 1],
        ]);
        const isReal = isBelow(b, position(b, tile, pn, lane), field.count);
        const x = chosen(b, field.isNorm, f32, [
          () => b.read(port.fromResidual),
          () => b.read(port.fromActivation),
        ]);
        const gain = (): Value => fromBf16(b, gainOf(b, port.gains, { gains, lane, row }, isReal));
        const made = chosen(b, field.isNorm, f32, [() => b.mulf(x, gain()), () => x]);
        const place = () => ({
          isStart: isFirst(b, tile, row, lane),
          isRowStart: isFirst(b, tile, lane),
          row,
        });
        const channel = (): Value => position(b, tile, pn, lane);
        const [value = made] = takeOutliers(b, port, place, [{ channel, value: made }]);
        b.when(isReal, () => {
          b.store(value, port.vector, row, index);
          const magnitude = b.bitcast(b.abs(value), i32);
          const before = b.load(port.largest, row);
          const largest = b.select(isFirst(b, tile, lane), magnitude, b.maxsi(before, magnitude));
          b.store(largest, port.largest, row);
        });
      });
    },
  });
}

/**
 * Eight interleaved sums of squares of what a norm sees. The loop over tiles and that over lanes are split so that the place
 * of a partial sum is an affine function of counters.
 */
export function squaresKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const {
    pn,
    rows,
    model: { hidden },
  } = plan;
  const lanes = Math.min(pn, PARTS);
  const tiles = PARTS / lanes;
  const bounds = {
    outer: ceilDiv(ceilDiv(hidden, pn), tiles),
    low: tiles,
    row: 0,
    high: pn / lanes,
    lane: lanes,
  };
  s.kernel({
    name: "squares",
    command: w.squaresCommand,
    fields: ["rows"],
    done: w.squaresSummed,
    connections: { x: w.forSquares, squares: w.squares },
    body: ({ b, port, field }) => {
      nest(b, { ...bounds, row: { to: field.rows, max: rows } }, ({ outer, low, row, high, lane }) => {
        const tile = position(b, outer, tiles, low);
        const index = position(b, tile, pn, b.addi(b.muli(high, b.index(lanes)), lane));
        b.when(isBelow(b, tile, ceilDiv(hidden, pn)), () => {
          const x = b.read(port.x);
          b.when(isBelow(b, index, hidden), () => {
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

/** One of two values; what the other takes is not done. */
function chosen(
  b: LoopBuilder,
  bit: Value,
  type: ScalarType,
  [then, otherwise]: readonly [() => Value, () => Value],
): Value {
  const values = b.choose(
    bit,
    [type],
    () => [then()],
    () => [otherwise()],
  );
  return at(values, 0);
}

/** A lane's gain as a bfloat16 word: read for the first row (0 behind the vector's end), held for the others. */
function gainOf(
  b: LoopBuilder,
  source: Value,
  { gains, lane, row }: Readonly<Record<"gains" | "lane" | "row", Value>>,
  hasGain: Value,
): Value {
  return holdLane(b, { cells: gains, lane, isNew: b.equals(row, 0) }, () =>
    chosen(b, hasGain, i16, [() => b.read(source), () => b.int(0, 16)]),
  );
}

/** Puts the output of attention, which comes row by row, into the vector buffer and notes each row's largest magnitude. */
export function collectHeadsKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { qWidth, rows, outputLanes } = plan;
  s.kernel({
    name: "collect_heads",
    command: w.collectHeadsCommand,
    fields: ["rows"],
    done: w.headsCollected,
    connections: {
      x: w.fromAttention,
      vector: w.vector,
      largest: w.largest,
      ...takeConnections(w.outliers, "attended"),
    },
    body: ({ b, port, field }) => {
      const running = register(b, "running", i32);
      const parts = qWidth / outputLanes;
      nest(b, { row: { to: field.rows, max: rows }, part: parts }, ({ row, part }) => {
        const made = b.lanes(b.read(port.x));
        const place = () => ({ isStart: isFirst(b, row, part), isRowStart: isFirst(b, part), row });
        const lanes = takeOutliers(
          b,
          port,
          place,
          made.map((value, lane) => ({
            channel: () => position(b, part, outputLanes, b.index(lane)),
            value,
          })),
        );
        lanes.forEach((x, lane) => {
          b.store(x, port.vector, row, affineSum([[part, outputLanes]], lane));
        });
        const magnitude = lanes
          .map((x) => b.bitcast(b.abs(x), i32))
          .reduce((most, other) => b.maxsi(most, other));
        const largest = b.select(isFirst(b, part), magnitude, b.maxsi(b.load(running), magnitude));
        b.store(largest, running);
        b.when(isLast(b, part, parts), () => {
          b.store(largest, port.largest, row);
        });
      });
    },
  });
}
