import { affineSum, at, f32, type LoopBuilder, type ScheduleBuilder, type Value } from "../../../ir/index.ts";
import { all, isBelow, isFirst, isLast, nest, not, position, register } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { headsOf, headUnits } from "./head-units.ts";

/** Factor and scale of a head: read with its first channel, held for the others. */
function heldScales(
  b: LoopBuilder,
  scales: Value,
  [inverseCell, scaleCell]: readonly [Value, Value],
  isNew: Value,
): { readonly inverse: Value; readonly scale: Value } {
  const values = b.choose(
    isNew,
    [f32, f32],
    () => b.readFields(scales),
    () => [b.load(inverseCell), b.load(scaleCell)],
  );
  const [inverse, scale] = [at(values, 0), at(values, 1)];
  b.store(inverse, inverseCell);
  b.store(scale, scaleCell);
  return { inverse, scale };
}

/** A head's scale times its RMS factor, where heads are normalized. */
function scaledBy(
  b: LoopBuilder,
  factors: Value | undefined,
  { isNew, isNormed }: { readonly isNew: Value; readonly isNormed: Value },
  scale: Value,
): Value {
  if (factors === undefined) return scale;
  const values = b.choose(
    isNew,
    [f32],
    () => [b.mulf(scale, b.read(factors))],
    () => [scale],
  );
  return b.select(isNormed, at(values, 0), scale);
}

/** Integers of all heads: queries to the score kernel's buffer, keys and values to the new KV records and, as they are, to those who score and weigh in this step. */
export function quantizeHeadsKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { headDim } = plan.model;
  s.kernel({
    name: "quantize_heads",
    command: w.quantizeHeadsCommand,
    fields: ["rows", "waits"],
    done: w.headsQuantized,
    connections: {
      recordsRead: w.recordsRead,
      queriesReady: w.queriesReady,
      keysReady: w.keysReady,
      valuesReady: w.valuesReady,
      rotated: w.rotated,
      scales: w.headScales,
      factors: w.norm?.factors,
      ...targetsOf(w),
    },
    body: ({ b, port, field }) => {
      const cells = [register(b, "inverse", f32), register(b, "scale", f32)] as const;
      const rows = { to: field.rows, max: plan.rows };
      const units = headUnits(plan);
      nest(
        b,
        { unit: units.count, row: rows, inUnit: units.heads, j: headDim },
        ({ unit, row, inUnit, j }) => {
          const head = position(b, unit, units.heads, inUnit);
          b.when(all(b, field.waits, isFirst(b, unit, row, inUnit, j)), () => {
            b.readFields(port.recordsRead);
          });
          const isNew = b.equals(j, 0);
          const { inverse, scale: plainScale } = heldScales(b, port.scales, cells, isNew);
          const scale = scaledBy(
            b,
            port.factors,
            { isNew, isNormed: isBelow(b, head, keysEnd(plan)) },
            plainScale,
          );
          const q = b.toInt(b.mulf(b.read(port.rotated), inverse), plan.precision.kvBits);
          storeHead(b, plan, port, { row, head, j, q, scale });
          const isEnd = b.andi(isLast(b, row, rows), isLast(b, j, headDim));
          sayReady(b, plan, port, { head, isEnd });
        },
      );
    },
  });
}

/** Heads of queries and of keys. */
function keysEnd({ model }: Plan): number {
  return model.heads + model.kvHeads;
}

/** Where quantized heads go. */
function targetsOf(w: Wires) {
  return {
    queries: w.queries8,
    queryScales: w.queryScales,
    records: w.newRecords,
    newScales: w.newScales,
    keys: w.ownKeys,
    values: w.ownValues,
    keyScales: w.ownKeyScales,
    valueScales: w.ownValueScales,
  };
}

/** Stores a channel where it belongs and, with the first one, the scale of its head. */
function storeHead(
  b: LoopBuilder,
  plan: Plan,
  port: ReturnType<typeof targetsOf>,
  { row, head, j, q, scale }: Readonly<Record<"row" | "head" | "j" | "q" | "scale", Value>>,
): void {
  const { heads, headDim } = plan.model;
  const isQuery = isBelow(b, head, heads);
  const isValue = not(b, isBelow(b, head, keysEnd(plan)));
  const isKey = not(b, b.ori(isQuery, isValue));
  const sqrt = b.float(1 / Math.sqrt(headDim));
  const targets = [
    { when: isQuery, first: 0, channels: port.queries, scales: port.queryScales, scale: b.mulf(scale, sqrt) },
    { when: not(b, isQuery), first: heads, channels: port.records, scales: port.newScales, scale },
    { when: isKey, first: heads, channels: port.keys, scales: port.keyScales, scale },
    { when: isValue, first: keysEnd(plan), channels: port.values, scales: port.valueScales, scale },
  ];
  for (const { when, first, channels, scales, scale: own } of targets) {
    const place = affineSum(
      [
        [head, headDim],
        [j, 1],
      ],
      -first * headDim,
    );
    b.when(when, () => {
      b.store(q, channels, row, place);
    });
    b.when(b.andi(when, b.equals(j, 0)), () => {
      b.store(own, scales, row, affineSum([[head, 1]], -first));
    });
  }
}

/** Says that all rows' queries are there, behind the last of them, and that keys and values are: a score goes with the scale of its value. */
function sayReady(
  b: LoopBuilder,
  plan: Plan,
  port: Readonly<Record<"queriesReady" | "keysReady" | "valuesReady", Value>>,
  { head, isEnd }: { readonly head: Value; readonly isEnd: Value },
): void {
  const ends = [
    [plan.model.heads, port.queriesReady],
    [headsOf(plan), port.keysReady],
    [headsOf(plan), port.valuesReady],
  ] as const;
  for (const [end, ready] of ends) {
    b.when(b.andi(isEnd, b.equals(head, end - 1)), () => {
      b.write(ready);
    });
  }
}
