import {
  affineSum,
  CompilerBug,
  f32,
  i1,
  i16,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import { all, fromBf16, hold, isBelow, isFirst, isLast, nest, position, register } from "../nest.ts";
import { isBf16, isElementwise } from "../precision.ts";
import { ceilDiv, type Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { normFactor, sourceRow } from "./statistics.ts";

/** What there is in place of statistics where elements become final as they come. */
export type StaticWires = ReturnType<typeof staticWires>;

/** Declares what they need; nothing where vectors are measured. */
export function makeStaticWires(s: ScheduleBuilder, plan: Plan): StaticWires | undefined {
  return isElementwise(plan.precision) ? staticWires(s, plan) : undefined;
}

function staticWires(s: ScheduleBuilder, plan: Plan) {
  return {
    storeGains: s.commands("store_gains_cmd", [i1], 4),
    roots: s.commands("roots_cmd", [i16, i1], 4),
    quantizeNormed: s.commands("quantize_normed_cmd", [i16, i1, i1], 4),
    quantizeAttended: s.commands("quantize_attended_cmd", [i16], 2),
    quantizeGated: s.commands("quantize_gated_cmd", [i16], 2),
    gainOfChannel: s.buffer("gain_of_channel", [plan.vectorWidth], i16),
    gainsStored: s.tokens("gains_stored"),
    gainsUsed: s.tokens("gains_used"),
    residualStored: s.tokens("residual_stored"),
    normRoots: s.stream("norm_roots", f32, 4),
    normedReady: s.tokens("normed_ready"),
    attendedReady: s.tokens("attended_ready"),
    gatedReady: s.tokens("gated_ready"),
  };
}

/** An element as the array multiplies it: one step of int8 is 1, the weights around it have taken up its scale. */
function encoded(b: LoopBuilder, { precision }: Plan, x: Value): Value {
  return isBf16(precision) ? b.toBf16(x) : b.toInt(x, 8);
}

/** The kernels of elements that become final as they come: a vector becomes what is multiplied as its elements come; that of a norm as soon as the row's factor is known. */
export function staticKernels(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  if (w.statics === undefined) return;
  storeGainsKernel(s, plan, w, w.statics);
  rootsKernel(s, plan, w, w.statics);
  quantizeNormedKernel(s, plan, w, w.statics);
  quantizeAttendedKernel(s, plan, w, w.statics);
  quantizeGatedKernel(s, plan, w, w.statics);
}

/** A cell of the buffer of vectors. */
function oneLane(b: LoopBuilder, element: Value): Value {
  const { type } = element;
  if (type.kind !== "int") throw new CompilerBug("an element of a vector is an integer");
  return b.vector([element], type);
}

/** The gains of the next norm, when those of the last one are used. */
function storeGainsKernel(s: ScheduleBuilder, plan: Plan, w: Wires, statics: StaticWires): void {
  s.kernel({
    name: "store_gains",
    command: statics.storeGains,
    fields: ["waits"],
    done: statics.gainsStored,
    connections: { gains: w.gains, used: statics.gainsUsed, cells: statics.gainOfChannel },
    body: ({ b, port, field }) => {
      nest(b, { channel: plan.model.hidden }, ({ channel }) => {
        b.when(all(b, isFirst(b, channel), field.waits), () => {
          b.readFields(port.used);
        });
        b.store(b.read(port.gains), port.cells, channel);
      });
    },
  });
}

/** The factor of each row of a norm. */
function rootsKernel(s: ScheduleBuilder, plan: Plan, w: Wires, statics: StaticWires): void {
  s.kernel({
    name: "roots",
    command: statics.roots,
    fields: ["rows", "gathers"],
    connections: {
      squaresSummed: w.squaresSummed,
      squares: w.squares,
      emitting: w.emitting,
      out: statics.normRoots,
    },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: plan.rows, ii: 2 } }, ({ row }) => {
        b.when(isFirst(b, row), () => {
          b.readFields(port.squaresSummed);
        });
        const source = sourceRow(b, port.emitting, { row, gathers: field.gathers });
        b.write(port.out, normFactor(b, plan, port.squares, source));
      });
    },
  });
}

/** (x · gain) · root as it is multiplied, `pv` channels at a time. */
function quantizeNormedKernel(s: ScheduleBuilder, plan: Plan, w: Wires, statics: StaticWires): void {
  const { pv, pk, rows } = plan;
  const { hidden } = plan.model;
  const unit = Math.max(pk, pv);
  const chunks = (ceilDiv(hidden, unit) * unit) / pv;
  s.kernel({
    name: "quantize",
    command: statics.quantizeNormed,
    fields: ["rows", "gathers", "frees"],
    done: statics.normedReady,
    connections: {
      gainsStored: statics.gainsStored,
      residualStored: statics.residualStored,
      used: statics.gainsUsed,
      roots: statics.normRoots,
      residual: w.residual,
      gains: statics.gainOfChannel,
      emitting: w.emitting,
      out: w.activation8,
    },
    body: ({ b, port, field }) => {
      const held = register(b, "root", f32);
      const bounds = { row: { to: field.rows, max: rows }, chunk: chunks } as const;
      nest(b, bounds, ({ row, chunk }) => {
        const isStart = isFirst(b, row, chunk);
        b.when(isStart, () => {
          b.readFields(port.gainsStored);
          b.readFields(port.residualStored);
        });
        const root = hold(b, held, isFirst(b, chunk), () => b.read(port.roots));
        const source = sourceRow(b, port.emitting, { row, gathers: field.gathers });
        for (let lane = 0; lane < pv; lane++) {
          const channel = affineSum([[chunk, pv]], lane);
          const gain = fromBf16(b, b.load(port.gains, channel));
          const gained = b.mulf(b.load(port.residual, source, channel), gain);
          const q = encoded(b, plan, b.mulf(gained, root));
          const isReal = isBelow(b, position(b, chunk, pv, b.index(lane)), hidden);
          const zero = b.constant(0, q.type);
          b.store(oneLane(b, b.select(isReal, q, zero)), port.out, b.index(0), row, channel);
        }
        const isEnd = all(b, isLast(b, row, bounds.row), isLast(b, chunk, chunks), field.frees);
        b.when(isEnd, () => {
          b.write(port.used);
        });
      });
    },
  });
}

/** The output of attention, as it comes. */
function quantizeAttendedKernel(s: ScheduleBuilder, plan: Plan, w: Wires, statics: StaticWires): void {
  const { qWidth, rows, outputLanes } = plan;
  s.kernel({
    name: "quantize_attended",
    command: statics.quantizeAttended,
    fields: ["rows"],
    done: statics.attendedReady,
    connections: { x: w.fromAttention, out: w.activation8 },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: rows }, part: qWidth / outputLanes }, ({ row, part }) => {
        b.lanes(b.read(port.x)).forEach((x, lane) => {
          const q = encoded(b, plan, x);
          const channel = affineSum([[part, outputLanes]], lane);
          b.store(oneLane(b, q), port.out, b.index(1), row, channel);
        });
      });
    },
  });
}

/** The gated product, as it comes: by tiles with rows inside. */
function quantizeGatedKernel(s: ScheduleBuilder, plan: Plan, w: Wires, statics: StaticWires): void {
  const { pn, rows } = plan;
  const { ffn } = plan.model;
  s.kernel({
    name: "quantize_gated",
    command: statics.quantizeGated,
    fields: ["rows"],
    done: statics.gatedReady,
    connections: { x: w.fromActivation, out: w.activation8 },
    body: ({ b, port, field }) => {
      const bounds = { tile: ceilDiv(ffn, pn), row: { to: field.rows, max: rows }, lane: pn } as const;
      nest(b, bounds, ({ tile, row, lane }) => {
        const q = encoded(b, plan, b.read(port.x));
        b.when(isBelow(b, position(b, tile, pn, lane), ffn), () => {
          const channel = affineSum([
            [tile, pn],
            [lane, 1],
          ]);
          b.store(oneLane(b, q), port.out, b.index(1), row, channel);
        });
      });
    },
  });
}
