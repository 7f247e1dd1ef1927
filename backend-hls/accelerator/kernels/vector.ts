import { affineSum, f32, type ScheduleBuilder, type Value } from "../../../ir/index.ts";
import { all, isBelow, isFirst, isLast, nest, not } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";

/** x += y, element by element; what the next norm sees goes on. At the start of a step x is only shown. */
export function residualKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  s.kernel({
    name: "add_residual",
    command: w.residualCommand,
    fields: ["rows", "tiles", "isStart"],
    done: w.residualDone,
    connections: { y: w.toResidual, x: w.residual, out: w.fromResidual, rowLoaded: w.rowLoaded },
    body: ({ b, port, field }) => {
      nest(
        b,
        {
          tile: { to: field.tiles, max: plan.wo.tiles },
          row: { to: field.rows, max: plan.rows },
          lane: plan.pn,
        },
        ({ tile, row, lane }) => {
          b.when(all(b, field.isStart, isFirst(b, tile, lane)), () => {
            b.readFields(port.rowLoaded);
          });
          const at = [
            row,
            affineSum([
              [tile, plan.pn],
              [lane, 1],
            ]),
          ] as const;
          const x = b.load(port.x, ...at);
          const [sum = x] = b.choose(
            field.isStart,
            [f32],
            () => [x],
            () => [b.addf(x, b.read(port.y))],
          );
          b.when(not(b, field.isStart), () => {
            b.store(sum, port.x, ...at);
          });
          b.write(port.out, sum);
        },
      );
    },
  });
}

/** From a vector's statistics: the factor that quantizes it and the scale of the result. */
export function scaleKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { hidden, eps } = plan.model;
  s.kernel({
    name: "scale",
    command: w.scaleCommand,
    fields: ["rows", "passes", "isNorm"],
    done: w.scaled,
    connections: {
      collected: w.collected,
      squares: w.squares,
      largest: w.largest,
      inverses: w.inverses,
      scales: w.rowScales,
    },
    body: ({ b, port, field }) => {
      const sums = b.array("sum_of_squares", [plan.rows], f32, { storage: "lut" });
      nest(
        b,
        { pass: { to: field.passes, max: 8 }, row: { to: field.rows, max: plan.rows } },
        ({ pass, row }) => {
          b.when(isFirst(b, pass, row), () => {
            b.readFields(port.collected);
          });
          const start = hidden % 8;
          const part = b.select(
            isBelow(b, pass, 8 - start),
            b.addi(pass, b.index(start)),
            b.subi(pass, b.index(8 - start)),
          );
          const square = b.load(port.squares, row, part);
          const sum = b.select(b.equals(pass, 0), square, b.addf(b.load(sums, row), square));
          b.store(sum, sums, row);
          b.when(isLast(b, pass, { to: field.passes, max: 8 }), () => {
            const largest = b.bitcast(b.load(port.largest, row), f32);
            const { inverse, scale } = quantizationOf(b, largest);
            const root = b.rsqrt(b.addf(b.mulf(sum, b.float(1 / hidden)), b.float(eps)));
            b.store(inverse, port.inverses, row);
            b.store(b.select(field.isNorm, b.mulf(scale, root), scale), port.scales, row);
          });
        },
      );
    },
  });
}

/** `inv` and `s` of quantize(v) in docs/numerics.md, from the largest magnitude. */
export function quantizationOf(
  b: Parameters<typeof isBelow>[0],
  largest: Value,
): { readonly inverse: Value; readonly scale: Value } {
  return {
    inverse: b.mulf(b.float(127), b.recip(b.maxf(largest, b.float(2 ** -100)))),
    scale: b.mulf(largest, b.float(1 / 127)),
  };
}

/** Makes int8 of the vector buffer; what pads it to whole beats becomes 0. */
export function quantizeKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  s.kernel({
    name: "quantize",
    command: w.quantizeCommand,
    fields: ["rows", "padded", "count"],
    done: w.quantized,
    connections: { scaled: w.scaled, vector: w.vector, inverses: w.inverses, out: w.activation8 },
    body: ({ b, port, field }) => {
      nest(
        b,
        { row: { to: field.rows, max: plan.rows }, i: { to: field.padded, max: plan.vectorWidth } },
        ({ row, i }) => {
          b.when(isFirst(b, row, i), () => {
            b.readFields(port.scaled);
          });
          const q = b.toInt(b.mulf(b.load(port.vector, row, i), b.load(port.inverses, row)), 8);
          b.store(b.select(isBelow(b, i, field.count), q, b.int(0, 8)), port.out, row, i);
        },
      );
    },
  });
}

/** SwiGLU: tiles of gate and up alternate. */
export function activationKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { pn } = plan;
  s.kernel({
    name: "activate",
    command: w.activationCommand,
    fields: ["rows", "pairs"],
    connections: { y: w.toActivation, out: w.fromActivation },
    body: ({ b, port, field }) => {
      const gates = b.array("gates", [plan.rows, pn], f32, { storage: "lut" });
      nest(
        b,
        {
          pair: { to: field.pairs, max: plan.gateUp.tiles / 2 },
          half: 2,
          row: { to: field.rows, max: plan.rows },
          lane: pn,
        },
        ({ half, row, lane }) => {
          const y = b.read(port.y);
          const isGate = b.equals(half, 0);
          b.when(isGate, () => {
            b.store(y, gates, row, lane);
          });
          b.when(not(b, isGate), () => {
            const gate = b.load(gates, row, lane);
            const sigmoid = b.recip(b.addf(b.float(1), b.exp(b.negf(gate))));
            b.write(port.out, b.mulf(b.mulf(gate, sigmoid), y));
          });
        },
      );
    },
  });
}
