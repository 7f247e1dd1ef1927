import { f32, type ScheduleBuilder } from "../../../ir/index.ts";
import { isFirst, LaneShifter, nest } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { largest, resultTargets, writeWhereWanted } from "./matmul.ts";

/** The array's results where nothing has to be scaled, one element an iteration, to whoever the matrix is for. */
export function handOutKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  if (w.bf16 === undefined) return;
  const { pn, pt, rows } = plan;
  s.kernel({
    name: "hand_out",
    command: w.bf16.handOut,
    fields: ["tiles", "groups", "toQkv", "toResidual", "toActivation", "toArgmax"],
    connections: {
      sums: w.sums,
      qkv: w.toQkv,
      residual: w.toResidual,
      activation: w.toActivation,
      argmax: w.toArgmax,
    },
    body: ({ b, port, field }) => {
      const shifter = new LaneShifter(b, "sum", pt * pn, f32);
      const groups = { to: field.groups, max: rows / pt };
      const tiles = { to: field.tiles, max: largest(plan).tiles };
      nest(b, { tile: tiles, group: groups, p: pt, lane: pn }, ({ p, lane }) => {
        const sum = shifter.next(b, isFirst(b, p, lane), () => b.lanes(b.read(port.sums)));
        writeWhereWanted(b, resultTargets(field, port), sum);
      });
    },
  });
}
