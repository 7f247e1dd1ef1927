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
import {
  all,
  fromBf16,
  hold,
  isBelow,
  isFirst,
  isLast,
  joinHalves,
  nest,
  not,
  position,
  register,
} from "../nest.ts";
import { STATIC_WORDS } from "../packing.ts";
import { hasStaticScales, isBf16, isElementwise } from "../precision.ts";
import { ceilDiv, type Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { MADE } from "./made.ts";
import { normFactor, sourceRow } from "./statistics.ts";

/** What there is in place of statistics where elements become final as they come. */
export type StaticWires = ReturnType<typeof staticWires>;

/** Declares what they need; nothing where vectors are measured. */
export function makeStaticWires(s: ScheduleBuilder, plan: Plan): StaticWires | undefined {
  return isElementwise(plan.precision) ? staticWires(s, plan) : undefined;
}

function staticWires(s: ScheduleBuilder, plan: Plan) {
  return {
    /** Of static scales, from the header of the constants: what quantizes each kind of vector, and the scale for the array's results. */
    constants: hasStaticScales(plan.precision)
      ? {
          inputScales: s.stream("input_scales", f32, 4),
          normedInverse: s.stream("normed_inverse", f32),
          attendedInverse: s.stream("attended_inverse", f32),
          gatedInverse: s.stream("gated_inverse", f32),
        }
      : undefined,
    storeGains: s.commands("store_gains_cmd", [i1], 4),
    roots: s.commands("roots_cmd", [i16, i1], 4),
    quantizeNormed: s.commands("quantize_normed_cmd", [i16, i1, i1], 4),
    quantizeAttended: s.commands("quantize_attended_cmd", [i16], 2),
    quantizeGated: s.commands("quantize_gated_cmd", [i16], 2),
    gainOfChannel: s.buffer("gain_of_channel", [plan.vectorWidth], i16),
    gainsStored: s.tokens("gains_stored"),
    gainsUsed: s.tokens("gains_used"),
    residualStored: s.tokens("residual_stored"),
    normInverses: s.stream("norm_inverses", f32, 4),
    normedReady: s.tokens("normed_ready"),
    attendedReady: s.tokens("attended_ready"),
    gatedReady: s.tokens("gated_ready"),
  };
}

/** Hands out the header of a phase: what quantizes goes to whoever makes the vector, the scale to whoever takes the array's results. */
export function writeStatics(
  b: LoopBuilder,
  port: Readonly<Record<string, Value | undefined>>,
  { element, part, made, half }: Readonly<Record<"element" | "part" | "made" | "half", Value>>,
): void {
  const lower = register(b, "lower_half", i16);
  const value = joinHalves(b, b.load(lower), half);
  b.store(half, lower);
  const isWord = (word: (typeof STATIC_WORDS)[number]): Value =>
    all(b, b.equals(part, 0), b.equals(element, 2 * STATIC_WORDS.indexOf(word) + 1));
  const targets = [
    [port["normedInverse"], all(b, isWord("inverse"), b.equals(made, MADE.normed))],
    [port["attendedInverse"], all(b, isWord("inverse"), b.equals(made, MADE.attended))],
    [port["gatedInverse"], all(b, isWord("inverse"), b.equals(made, MADE.gated))],
    [port["inputScales"], all(b, isWord("scale"), not(b, b.equals(made, MADE.nothing)))],
  ] as const;
  for (const [target, isWanted] of targets) {
    if (target === undefined) continue;
    b.when(isWanted, () => {
      b.write(target, value);
    });
  }
}

/** An element times the inverse of its scale, as the array multiplies it. */
function encoded(b: LoopBuilder, { precision }: Plan, x: Value, inverse: Value | undefined): Value {
  const scaled = inverse === undefined ? x : b.mulf(x, inverse);
  return isBf16(precision) ? b.toBf16(scaled) : b.toInt(scaled, 8);
}

/** What quantizes a vector, read in the iteration `isStart` where there is such a thing. */
function heldInverse(b: LoopBuilder, inverses: Value | undefined, isStart: Value): Value | undefined {
  if (inverses === undefined) return undefined;
  return hold(b, register(b, "inverse", f32), isStart, () => b.read(inverses));
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

/** What quantizes each row of a norm: its factor times the inverse of the scale, where there is one. */
function rootsKernel(s: ScheduleBuilder, plan: Plan, w: Wires, statics: StaticWires): void {
  s.kernel({
    name: "roots",
    command: statics.roots,
    fields: ["rows", "gathers"],
    connections: {
      squaresSummed: w.squaresSummed,
      squares: w.squares,
      emitting: w.emitting,
      inverses: statics.constants?.normedInverse,
      out: statics.normInverses,
    },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: plan.rows, ii: 2 } }, ({ row }) => {
        b.when(isFirst(b, row), () => {
          b.readFields(port.squaresSummed);
        });
        const source = sourceRow(b, port.emitting, { row, gathers: field.gathers });
        const inverse = heldInverse(b, port.inverses, isFirst(b, row));
        const factor = normFactor(b, plan, port.squares, source);
        b.write(port.out, inverse === undefined ? factor : b.mulf(factor, inverse));
      });
    },
  });
}

/** (x · gain) · (root · inverse) as it is multiplied, `pv` channels at a time. */
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
      inverses: statics.normInverses,
      residual: w.residual,
      gains: statics.gainOfChannel,
      emitting: w.emitting,
      out: w.activation8,
    },
    body: ({ b, port, field }) => {
      const held = register(b, "inverse", f32);
      const bounds = { row: { to: field.rows, max: rows }, chunk: chunks } as const;
      nest(b, bounds, ({ row, chunk }) => {
        const isStart = isFirst(b, row, chunk);
        b.when(isStart, () => {
          b.readFields(port.gainsStored);
          b.readFields(port.residualStored);
        });
        const inverse = hold(b, held, isFirst(b, chunk), () => b.read(port.inverses));
        const source = sourceRow(b, port.emitting, { row, gathers: field.gathers });
        for (let lane = 0; lane < pv; lane++) {
          const channel = affineSum([[chunk, pv]], lane);
          const gain = fromBf16(b, b.load(port.gains, channel));
          const gained = b.mulf(b.load(port.residual, source, channel), gain);
          const q = encoded(b, plan, gained, inverse);
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
    connections: {
      x: w.fromAttention,
      inverses: statics.constants?.attendedInverse,
      out: w.activation8,
    },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: rows }, part: qWidth / outputLanes }, ({ row, part }) => {
        const inverse = heldInverse(b, port.inverses, isFirst(b, row, part));
        b.lanes(b.read(port.x)).forEach((x, lane) => {
          const q = encoded(b, plan, x, inverse);
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
    connections: {
      x: w.fromActivation,
      inverses: statics.constants?.gatedInverse,
      out: w.activation8,
    },
    body: ({ b, port, field }) => {
      const bounds = { tile: ceilDiv(ffn, pn), row: { to: field.rows, max: rows }, lane: pn } as const;
      nest(b, bounds, ({ tile, row, lane }) => {
        const inverse = heldInverse(b, port.inverses, isFirst(b, tile, row, lane));
        const q = encoded(b, plan, b.read(port.x), inverse);
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
