import {
  affineSum,
  at,
  f32,
  i8,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Subscript,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import type { AttentionInputs, AttentionWires } from "../attention-wires.ts";
import { all, given, givenPort, isBelow, isFirst, isLast, nest, not, position, register } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { quantizationOf } from "./statistics.ts";

/** All heads of a row in the order queries, keys, values. */
function headsOf(plan: Plan): number {
  return plan.model.heads + 2 * plan.model.kvHeads;
}

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
      nest(
        b,
        { row: { to: field.rows, max: plan.rows }, head: headsOf(plan), half: 2, j: halfWidth },
        ({ row, head, half, j }) => {
          b.when(isFirst(b, row, head, half, j), () => {
            b.readFields(port.stored);
          });
          const first = b.load(
            port.qkv,
            row,
            affineSum([
              [head, headDim],
              [j, 1],
            ]),
          );
          const second = b.load(
            port.copy,
            row,
            affineSum(
              [
                [head, headDim],
                [j, 1],
              ],
              halfWidth,
            ),
          );
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
      nest(b, { row: { to: field.rows, max: plan.rows }, head: headsOf(plan), j: headDim }, ({ j }) => {
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
          const { inverse, scale } = quantizationOf(b, b.bitcast(largest, f32));
          b.write(port.out, inverse, scale);
        });
      });
    },
  });
}

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
function scaledBy(b: LoopBuilder, factors: Value | undefined, isNormed: Value, scale: Value): Value {
  if (factors === undefined) return scale;
  const values = b.choose(
    isNormed,
    [f32],
    () => [b.mulf(scale, b.read(factors))],
    () => [scale],
  );
  return at(values, 0);
}

/** int8 of all heads: queries to the score kernel's buffer, keys and values to the new KV records. */
export function quantizeHeadsKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { headDim, heads, kvHeads } = plan.model;
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
      values: w.rotated,
      scales: w.headScales,
      queries: w.queries8,
      queryScales: w.queryScales,
      records: w.newRecords,
      newScales: w.newScales,
      keys: w.ownKeys,
      values8: w.ownValues,
      keyScales: w.ownKeyScales,
      valueScales: w.ownValueScales,
      ...given({ factors: w.norm?.factors }),
    },
    body: ({ b, port, field }) => {
      const cells = [register(b, "inverse", f32), register(b, "scale", f32)] as const;
      nest(
        b,
        { row: { to: field.rows, max: plan.rows }, head: headsOf(plan), j: headDim },
        ({ row, head, j }) => {
          b.when(all(b, field.waits, isFirst(b, row, head, j)), () => {
            b.readFields(port.recordsRead);
          });
          const isNew = b.equals(j, 0);
          const { inverse, scale: plainScale } = heldScales(b, port.scales, cells, isNew);
          const isNormed = all(b, isNew, isBelow(b, head, heads + kvHeads));
          const scale = scaledBy(b, givenPort(port, "factors"), isNormed, plainScale);
          const q = b.toInt(b.mulf(b.read(port.values), inverse), 8);
          const isQuery = isBelow(b, head, heads);
          const isOther = not(b, isQuery);
          const isKey = isBelow(b, head, heads + kvHeads);
          const isValue = not(b, isKey);
          const place = (offset: number): Subscript =>
            affineSum(
              [
                [head, headDim],
                [j, 1],
              ],
              offset,
            );
          b.when(isQuery, () => {
            b.store(q, port.queries, row, place(0));
          });
          b.when(all(b, isQuery, isNew), () => {
            b.store(b.mulf(scale, b.float(1 / Math.sqrt(headDim))), port.queryScales, row, head);
          });
          b.when(isOther, () => {
            b.store(q, port.records, row, place(-heads * headDim));
          });
          b.when(all(b, isOther, isNew), () => {
            b.store(scale, port.newScales, row, affineSum([[head, 1]], -heads));
          });
          b.when(b.andi(isOther, isKey), () => {
            b.store(q, port.keys, row, place(-heads * headDim));
          });
          b.when(isValue, () => {
            b.store(q, port.values8, row, place(-(heads + kvHeads) * headDim));
          });
          b.when(all(b, isOther, isKey, isNew), () => {
            b.store(scale, port.keyScales, row, affineSum([[head, 1]], -heads));
          });
          b.when(b.andi(isValue, isNew), () => {
            b.store(scale, port.valueScales, row, affineSum([[head, 1]], -heads - kvHeads));
          });
          const rows = { to: field.rows, max: plan.rows };
          b.when(all(b, isLast(b, row, rows), isLast(b, head, headsOf(plan)), isLast(b, j, headDim)), () => {
            for (const ready of [port.queriesReady, port.keysReady, port.valuesReady]) b.write(ready);
          });
        },
      );
    },
  });
}

/** Writes each row's KV record: int8 keys, int8 values, scales of keys, scales of values. */
export function writeRecordsKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: AttentionInputs & AttentionWires,
): void {
  const { beatWords, beatBytes, recordBeats, kvWidth, model } = plan;
  const dataWords = kvWidth / 2;
  s.kernel({
    name: "write_records",
    command: w.writeRecordsCommand,
    fields: ["rows", "base", "frees"],
    connections: {
      quantized: w.headsQuantized,
      read: w.sight?.recordsRead,
      records: w.newRecords,
      scales: w.newScales,
      slots: w.slots,
      requests: w.recordRequests,
      out: w.recordBeats,
    },
    body: ({ b, port, field }) => {
      nest(b, { row: { to: field.rows, max: plan.rows }, beat: recordBeats }, ({ row, beat }) => {
        b.when(isFirst(b, row, beat), () => {
          b.readFields(port.quantized);
        });
        b.when(b.equals(beat, 0), () => {
          b.write(
            port.requests,
            b.addi(field.base, b.muli(b.load(port.slots, row), b.int(recordBeats * beatBytes))),
            b.int(recordBeats),
          );
        });
        const bytes: Value[] = [];
        for (let lane = 0; lane < beatWords; lane++) {
          const word = position(b, beat, beatWords, b.index(lane));
          const dataBytes = (): readonly Value[] =>
            [0, 1, 2, 3].map((byte) =>
              b.load(port.records, row, affineSum([[beat, beatBytes]], 4 * lane + byte)),
            );
          const scaleWord = (): readonly Value[] => [
            b.bitcast(b.load(port.scales, row, affineSum([[beat, beatWords]], lane - dataWords)), i32),
          ];
          const scaleBytes = (): readonly Value[] => {
            const [bits = b.int(0)] = b.choose(
              isBelow(b, word, dataWords + 2 * model.kvHeads),
              [i32],
              scaleWord,
              () => [b.int(0)],
            );
            return b.lanes(b.vectorCast(b.vector([bits], i32), vectorType(4, i8)));
          };
          bytes.push(...b.choose(isBelow(b, word, dataWords), [i8, i8, i8, i8], dataBytes, scaleBytes));
        }
        b.write(port.out, b.vector(bytes, i8));
        const { read } = port;
        if (read === undefined) return;
        const rows = { to: field.rows, max: plan.rows };
        b.when(all(b, field.frees, isLast(b, row, rows), isLast(b, beat, recordBeats)), () => {
          b.write(read);
        });
      });
    },
  });
}

/** Takes the memory's word for every record of a step; its token says that all are there. */
export function countAcksKernel(s: ScheduleBuilder, plan: Plan, w: AttentionWires): void {
  s.kernel({
    name: "count_acks",
    command: w.countAcksCommand,
    fields: ["rows"],
    done: w.recordsStored,
    connections: { acks: w.recordAcks },
    body: ({ b, port, field }) => {
      nest(b, { layer: plan.model.layers, row: { to: field.rows, max: plan.rows } }, () => {
        b.readFields(port.acks);
      });
    },
  });
}
