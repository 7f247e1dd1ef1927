import { affineSum, f32, type ScheduleBuilder } from "../../../ir/index.ts";
import { all, isFirst, isLast, nest, not } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";

/** x += y, element by element; what the next norm sees goes on. At the start of a step x is only shown. */
export function residualKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  s.kernel({
    name: "add_residual",
    command: w.residualCommand,
    fields: ["rows", "tiles", "isStart"],
    done: w.residualDone,
    connections: {
      y: w.toResidual,
      x: w.residual,
      out: w.statics === undefined ? w.fromResidual : undefined,
      stored: w.statics?.residualStored,
      forSquares: w.forSquares,
      rowLoaded: w.rowLoaded,
    },
    body: ({ b, port, field }) => {
      const bounds = {
        tile: { to: field.tiles, max: plan.wo.tiles },
        row: { to: field.rows, max: plan.rows },
        lane: plan.pn,
      } as const;
      nest(b, bounds, ({ tile, row, lane }) => {
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
        for (const target of [port.out, port.forSquares]) if (target !== undefined) b.write(target, sum);
        const { stored } = port;
        if (stored === undefined) return;
        b.when(
          all(b, isLast(b, tile, bounds.tile), isLast(b, row, bounds.row), isLast(b, lane, plan.pn)),
          () => {
            b.write(stored);
          },
        );
      });
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
