import {
  affineSum,
  at,
  f32,
  i8,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import {
  all,
  asIndex,
  type Bound,
  givenPort,
  hold,
  isBelow,
  isFirst,
  nest,
  not,
  position,
  register,
} from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { scaleConnections, scaleOutliers } from "./outliers.ts";

/** Cycles in which a row's factor, and those in which its scale, may be made: rows are few beside what follows. */
const CYCLES_OF = { factor: 2, scale: 4 } as const;

/** `inv` and `s` of quantize(v) in docs/numerics.md, from the largest magnitude, which becomes `levels`. */
export function quantizationOf(
  b: LoopBuilder,
  largest: Value,
  levels = 127,
): { readonly inverse: Value; readonly scale: Value } {
  return {
    inverse: b.mulf(b.float(levels), b.recip(b.maxf(largest, b.float(2 ** -100)))),
    scale: b.mulf(largest, b.float(1 / levels)),
  };
}

/** From each row's largest magnitude the factor that quantizes it, which is what the quantizer waits for, and its scale. */
export function factorsKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  s.kernel({
    name: "factors",
    command: w.factorsCommand,
    fields: ["rows", "byRow", "gathers", ...(w.link === undefined ? [] : (["passes"] as const))],
    connections: {
      collected: w.collected,
      headsCollected: w.headsCollected,
      largest: w.largest,
      emitting: w.emitting,
      own: w.link?.ownLargest,
      common: w.link?.commonLargest,
      inverses: w.inverses,
      scales: w.plainScales,
    },
    body: ({ b, port, field }) => {
      const rows = { to: field.rows, max: plan.rows, ii: CYCLES_OF.factor };
      nestFactors(b, rows, givenPort(field, "passes"), ({ row, pass }) => {
        const isStart = isFirst(b, row, ...(pass === undefined ? [] : [pass.counter]));
        b.when(all(b, isStart, not(b, field.byRow)), () => {
          b.readFields(port.collected);
        });
        b.when(all(b, isStart, field.byRow), () => {
          b.readFields(port.headsCollected);
        });
        const source = sourceRow(b, port.emitting, { row, gathers: field.gathers });
        const own = b.load(port.largest, source);
        whereWhole(b, { port, pass, own }, (bits) => {
          const largest = b.bitcast(bits, f32);
          const { inverse, scale } = quantizationOf(b, largest);
          b.write(port.inverses, inverse);
          b.write(port.scales, w.outliers === undefined ? scale : largest);
        });
      });
    },
  });
}

/** A pass over the rows, where there can be two: of a vector that is spread over accelerators the first one shows the own maxima. */
interface Pass {
  readonly counter: Value;
  /** Whether it is the only one: the vector is whole. */
  readonly isOnly: Value;
}

/** Passes, where there can be several, and rows. */
function nestFactors(
  b: LoopBuilder,
  rows: Bound,
  passes: Value | undefined,
  iterate: (place: { readonly row: Value; readonly pass: Pass | undefined }) => void,
): void {
  if (passes === undefined)
    nest(b, { row: rows }, ({ row }) => {
      iterate({ row, pass: undefined });
    });
  else
    nest(b, { pass: { to: passes, max: 2 }, row: rows }, ({ pass: counter, row }) => {
      iterate({ row, pass: { counter, isOnly: b.cmpi("eq", passes, b.constant(1, passes.type)) } });
    });
}

/** Goes on with the largest magnitude of a row's whole vector: the own one, or what the accelerators found together. */
function whereWhole(
  b: LoopBuilder,
  {
    port,
    pass,
    own,
  }: {
    readonly port: Readonly<Partial<Record<"own" | "common", Value | undefined>>>;
    readonly pass: Pass | undefined;
    readonly own: Value;
  },
  then: (bits: Value) => void,
): void {
  const { own: shown, common } = port;
  if (pass === undefined || shown === undefined || common === undefined) {
    then(own);
    return;
  }
  const isShown = all(b, not(b, pass.isOnly), b.equals(pass.counter, 0));
  b.when(isShown, () => {
    b.write(shown, own);
  });
  b.when(not(b, isShown), () => {
    const [bits = own] = b.choose(
      pass.isOnly,
      [i32],
      () => [own],
      () => [b.read(common)],
    );
    then(bits);
  });
}

/** Each row's scale of the quantized vector, a norm's factor included: done while the quantizer and the array work. */
export function rowScalesKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  s.kernel({
    name: "row_scales",
    command: w.rowScalesCommand,
    fields: [
      ...(["rows", "isNorm", "gathers"] as const),
      ...(w.outliers === undefined ? [] : (["counted"] as const)),
    ],
    done: w.rowsScaled,
    connections: {
      squaresSummed: w.squaresSummed,
      plain: w.plainScales,
      squares: w.squares,
      emitting: w.emitting,
      scales: w.rowScales,
      ...scaleConnections(w.outliers),
    },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: plan.rows, ii: CYCLES_OF.scale } }, ({ row }) => {
        b.when(all(b, field.isNorm, isFirst(b, row)), () => {
          b.readFields(port.squaresSummed);
        });
        const plain = b.read(port.plain);
        const scale = w.outliers === undefined ? plain : b.mulf(plain, b.float(1 / 127));
        const source = sourceRow(b, port.emitting, { row, gathers: field.gathers });
        const root = normFactor(b, plan, port.squares, source);
        b.store(b.select(field.isNorm, b.mulf(scale, root), scale), port.scales, row);
        if (w.outliers === undefined) return;
        const factor = b.select(field.isNorm, root, b.float(1));
        const { precision } = plan;
        scaleOutliers(b, { precision, slots: w.outliers.slots }, port, {
          row,
          source,
          factor,
          largest: plain,
          counted: field.counted,
        });
      });
    },
  });
}

/** rsqrt(mean square + eps) of a row, from its partial sums. */
export function normFactor(
  b: LoopBuilder,
  { model: { hidden, eps } }: Plan,
  squares: Value,
  row: Value,
): Value {
  const parts = Array.from({ length: PARTS }, (_, i) =>
    b.load(squares, row, affineSum([], (hidden + i) % PARTS)),
  );
  const mean = b.mulf(treeSum(b, parts), b.float(1 / hidden));
  return b.rsqrt(b.addf(mean, b.float(eps)));
}

/** Partial sums of squares of a norm. */
export const PARTS = 8;

/** Adds neighbours until one is left (docs/numerics.md, norm_quantize). */
export function treeSum(b: LoopBuilder, terms: readonly Value[]): Value {
  if (terms.length === 1) return at(terms, 0);
  const pairs = terms.flatMap((left, i) => (i % 2 === 0 ? [b.addf(left, at(terms, i + 1))] : []));
  return treeSum(b, pairs);
}

/** Makes int8 of the vector buffer, `pv` channels at a time; what pads it to whole beats becomes 0. */
export function quantizeKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { pv, rows, vectorWidth, activationCell: cell } = plan;
  s.kernel({
    name: "quantize",
    command: w.quantizeCommand,
    fields: ["rows", "chunks", "count", "gathers"],
    done: w.quantized,
    connections: {
      inverses: w.inverses,
      vector: w.vector,
      emitting: w.emitting,
      out: w.activation8,
    },
    body: ({ b, port, field }) => {
      const held = register(b, "inverse", f32);
      nest(
        b,
        { row: { to: field.rows, max: rows }, chunk: { to: field.chunks, max: vectorWidth / pv } },
        ({ row, chunk }) => {
          const inverse = hold(b, held, isFirst(b, chunk), () => b.read(port.inverses));
          const source = sourceRow(b, port.emitting, { row, gathers: field.gathers });
          const lanes = Array.from({ length: pv }, (_, lane) => {
            const i = affineSum([[chunk, pv]], lane);
            const q = b.toInt(b.mulf(b.load(port.vector, source, i), inverse), 8);
            const isReal = isBelow(b, position(b, chunk, pv, b.index(lane)), field.count);
            return b.select(isReal, q, b.int(0, 8));
          });
          const cells = pv / cell;
          for (let n = 0; n < cells; n++)
            b.store(
              b.vector(lanes.slice(n * cell, (n + 1) * cell), i8),
              port.out,
              row,
              affineSum([[chunk, cells]], n),
            );
        },
      );
    },
  });
}

/** Whose vector the `row`-th one is: in front of the head the rows that emit are gathered. */
export function sourceRow(
  b: LoopBuilder,
  emitting: Value,
  { row, gathers }: Readonly<Record<"row" | "gathers", Value>>,
): Value {
  return b.select(gathers, asIndex(b, b.load(emitting, row)), row);
}
