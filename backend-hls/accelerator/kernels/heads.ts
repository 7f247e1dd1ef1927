import { affineSum, f32, i32, type ScheduleBuilder } from "../../../ir/index.ts";
import { kvLevels } from "../kv-format.ts";
import { isBelow, isFirst, isLast, nest, position, register } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { headsOf, headUnits } from "./head-units.ts";
import { quantizationOf } from "./statistics.ts";

/** Turns the heads of queries and keys by their position's angles; values pass. */
export function rotateKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { headDim, heads, kvHeads } = plan.model;
  const halfWidth = headDim / 2;
  s.kernel({
    name: "rotate",
    command: w.rotateCommand,
    fields: ["rows"],
    connections: {
      stored: w.qkvStored,
      qkv: w.qkvBuffer,
      copy: w.qkvCopy,
      cosines: w.cosines,
      sines: w.sines,
      out: w.rotated,
      magnitudes: w.magnitudes,
    },
    body: ({ b, port, field }) => {
      const units = headUnits(plan);
      const rows = { to: field.rows, max: plan.rows };
      nest(
        b,
        { unit: units.count, row: rows, inUnit: units.heads, half: 2, j: halfWidth },
        ({ unit, row, inUnit, half, j }) => {
          const head = position(b, unit, units.heads, inUnit);
          b.when(isFirst(b, row, inUnit, half, j), () => {
            b.readFields(port.stored);
          });
          const terms = [[head, headDim] as const, [j, 1] as const];
          const first = b.load(port.qkv, row, affineSum(terms));
          const second = b.load(port.copy, row, affineSum(terms, halfWidth));
          const isSecond = b.equals(half, 1);
          const own = b.mulf(b.select(isSecond, second, first), b.load(port.cosines, row, j));
          const other = b.mulf(b.select(isSecond, first, second), b.load(port.sines, row, j));
          const turned = b.addf(own, b.select(isSecond, other, b.negf(other)));
          const value = b.select(
            isBelow(b, head, heads + kvHeads),
            turned,
            b.select(isSecond, second, first),
          );
          b.write(port.out, value);
          b.write(port.magnitudes, b.bitcast(b.abs(value), i32));
        },
      );
    },
  });
}

/** Per head the factor that quantizes it and its scale. */
export function headMaximumKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { headDim } = plan.model;
  s.kernel({
    name: "head_maximum",
    command: w.headMaximumCommand,
    fields: ["rows"],
    connections: { magnitudes: w.magnitudes, out: w.headScales },
    body: ({ b, port, field }) => {
      // Several maxima take turns, so that each has as many iterations' time.
      const turns = Array.from({ length: Math.min(4, headDim) }, (_, turn) =>
        register(b, `maximum${String(turn)}`, i32),
      );
      nest(b, { head: headsOf(plan), row: { to: field.rows, max: plan.rows }, j: headDim }, ({ j }) => {
        const magnitude = b.read(port.magnitudes);
        const others = turns.map((turn) => b.load(turn));
        const oldest = others.pop() ?? magnitude;
        const own = b.maxsi(b.select(isBelow(b, j, turns.length), b.int(0), oldest), magnitude);
        [own, ...others].forEach((value, turn) => {
          const cell = turns[turn];
          if (cell !== undefined) b.store(value, cell);
        });
        const largest = others.reduce((most, other) => b.maxsi(most, other), own);
        b.when(isLast(b, j, headDim), () => {
          const { inverse, scale } = quantizationOf(b, b.bitcast(largest, f32), kvLevels(plan));
          b.write(port.out, inverse, scale);
        });
      });
    },
  });
}
