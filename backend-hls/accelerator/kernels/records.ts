import {
  affineSum,
  i8,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import type { AttentionInputs, AttentionWires } from "../attention-wires.ts";
import { kvBytes, kvType, recordDataBytes } from "../kv-format.ts";
import { all, isBelow, isFirst, isLast, nest, position } from "../nest.ts";
import type { Plan } from "../shape.ts";
import { range } from "./key-place.ts";

/** Writes each row's KV record: keys, values, scales of keys, scales of values. */
export function writeRecordsKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: AttentionInputs & AttentionWires,
): void {
  const { beatBytes, recordBeats } = plan;
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
        b.write(port.out, b.vector(recordBytes(b, plan, port, { row, beat }), i8));
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

/** The bytes of a beat of a record: data, behind it scales, behind them zeros. */
function recordBytes(
  b: LoopBuilder,
  plan: Plan,
  port: { readonly records: Value; readonly scales: Value },
  { row, beat }: { readonly row: Value; readonly beat: Value },
): readonly Value[] {
  const { beatWords, beatBytes, model } = plan;
  const dataWords = recordDataBytes(model, plan.precision) / 4;
  const inWord = 4 / kvBytes(plan);
  const wordBytes = (lane: number): readonly Value[] => {
    const word = position(b, beat, beatWords, b.index(lane));
    const dataBytes = (): readonly Value[] => {
      const channels = range(inWord).map((channel) =>
        b.load(port.records, row, affineSum([[beat, beatBytes / kvBytes(plan)]], inWord * lane + channel)),
      );
      if (kvBytes(plan) === 1) return channels;
      return b.lanes(b.vectorCast(b.vector(channels, kvType(plan)), vectorType(4, i8)));
    };
    const scaleWord = (): readonly Value[] => [
      b.bitcast(b.load(port.scales, row, affineSum([[beat, beatWords]], lane - dataWords)), i32),
    ];
    const scaleBytes = (): readonly Value[] => {
      const isScale = isBelow(b, word, dataWords + 2 * model.kvHeads);
      const [bits = b.int(0)] = b.choose(isScale, [i32], scaleWord, () => [b.int(0)]);
      return b.lanes(b.vectorCast(b.vector([bits], i32), vectorType(4, i8)));
    };
    return b.choose(isBelow(b, word, dataWords), [i8, i8, i8, i8], dataBytes, scaleBytes);
  };
  return Array.from({ length: beatWords }, (_, lane) => wordBytes(lane)).flat();
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
