import { affineSum, i16, i32, type LoopBuilder, type ScheduleBuilder, type Value } from "../../../ir/index.ts";
import { all, isBelow, isFirst, isLast, nest, not, register } from "../nest.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";

/** Once all new records of a layer are in memory: each row's range of positions. */
export function attendRowsKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  s.kernel({
    name: "attend_rows", command: w.attendRowsCommand, fields: ["rows", "base"],
    connections: { acks: w.recordAcks, positions: w.positions, out: w.attendBlocksCommand },
    body: ({ b, port, field }) => {
      const started = register(b, "started", i32);
      const rows = { to: field.rows, max: plan.rows };
      nest(b, { pass: 2, row: rows }, ({ pass, row }) => {
        const isWait = b.equals(pass, 0);
        b.when(isWait, () => { b.readFields(port.acks); });
        b.when(not(b, isWait), () => {
          const { last, low, first, blocks } = rangeOf(b, plan, b.load(port.positions, row));
          const next = rangeOf(b, plan, b.load(port.positions, affineSum([[row, 1]], 1)));
          const following = b.select(isLast(b, row, rows), b.int(0), b.select(isLast(b, b.addi(row, b.index(1)), rows), next.blocks, b.int(2)));
          const before = b.select(b.equals(row, 0), b.int(0), b.load(started));
          b.store(b.addi(before, blocks), started);
          b.write(port.out, b.indexCast(row, i16), field.base, first, blocks, last, low, before, b.addi(blocks, following));
        });
      });
    },
  });
}

/** The positions that a row sees, and the blocks that hold them. */
function rangeOf(b: LoopBuilder, plan: Plan, last: Value): Readonly<Record<"last" | "low" | "first" | "blocks", Value>> {
  const { window, blockSize } = plan.model;
  const blockBits = b.int(Math.log2(blockSize));
  const low = window === undefined ? b.int(0) : b.maxsi(b.int(0), b.subi(last, b.int(window - 1)));
  const first = b.shrui(low, blockBits);
  return { last, low, first, blocks: b.addi(b.subi(b.shrui(last, blockBits), first), b.int(1)) };
}

/** Walks one row's block table: a burst and one command to each attention kernel for every block. */
export function attendBlocksKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { recordBeats, beatBytes, model: { blockSize } } = plan;
  s.kernel({
    name: "attend_blocks", command: w.attendBlocksCommand, fields: ["row", "base", "first", "blocks", "last", "low", "before", "limit"],
    connections: {
      tables: w.tables, requests: w.kvRequests, loadKeys: w.loadKeysCommand, loadValues: w.loadValuesCommand, score: w.scoreCommand,
      maximum: w.blockMaximumCommand, probabilities: w.probabilitiesCommand, weigh: w.weighValuesCommand, accumulate: w.accumulateCommand,
    },
    body: ({ b, port, field }) => {
      const blocks = { to: field.blocks, max: plan.maxBlocks };
      nest(b, { n: blocks }, ({ n }) => {
        const [isStart, isEnd] = [b.equals(n, 0), isLast(b, n, blocks)];
        const mask = b.int(blockSize - 1);
        const from = b.select(isStart, b.andi(field.low, mask), b.int(0));
        const to = b.select(isEnd, b.andi(field.last, mask), mask);
        const keys = b.addi(b.subi(to, from), b.int(1));
        const count = b.trunci(keys, 16);
        const block = b.load(port.tables, field.row, affineSum([[field.first, 1], [n, 1]]));
        const place = b.addi(b.muli(block, b.int(blockSize)), from);
        b.write(port.requests, b.addi(field.base, b.muli(place, b.int(recordBeats * beatBytes))), b.muli(keys, b.int(recordBeats)));
        // The layer's blocks take two places in turn; one that comes third or later waits until its place is free.
        const number = b.addi(field.before, b.indexCast(n, i32));
        const slot = b.trunci(number, 1);
        const waits = b.cmpi("sgt", number, b.int(1));
        const frees = isBelow(b, b.addi(n, b.index(2)), field.limit);
        b.write(port.loadKeys, count, slot, waits);
        b.write(port.loadValues, count, slot, waits);
        b.write(port.score, field.row, count, slot, frees);
        b.write(port.maximum, count, isStart);
        b.write(port.probabilities, count, isStart);
        b.write(port.weigh, count, slot, frees);
        b.write(port.accumulate, isStart, isEnd);
      });
    },
  });
}

/** A block's records into one of two places, for the scores; the beats go on to `load_values`. */
export function loadKeysKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  s.kernel({
    name: "load_keys", command: w.loadKeysCommand, fields: ["count", "slot", "waits"], done: w.keysLoaded,
    connections: { data: w.kvBeats, free: w.keysFree, records: w.keyRecords, forward: w.forwardedBeats },
    body: ({ b, port, field }) => {
      nest(b, { key: { to: field.count, max: plan.model.blockSize }, beat: plan.recordBeats }, ({ key, beat }) => {
        b.when(all(b, field.waits, isFirst(b, key, beat)), () => { b.readFields(port.free); });
        const data = b.read(port.data);
        b.lanes(data).forEach((byte, lane) => { b.store(byte, port.records, slotOf(b, field.slot), key, affineSum([[beat, plan.beatBytes]], lane)); });
        b.write(port.forward, data);
      });
    },
  });
}

/** The same records for the weighted sum of values. */
export function loadValuesKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  s.kernel({
    name: "load_values", command: w.loadValuesCommand, fields: ["count", "slot", "waits"], done: w.valuesLoaded,
    connections: { data: w.forwardedBeats, free: w.valuesFree, records: w.valueRecords },
    body: ({ b, port, field }) => {
      nest(b, { key: { to: field.count, max: plan.model.blockSize }, beat: plan.recordBeats }, ({ key, beat }) => {
        b.when(all(b, field.waits, isFirst(b, key, beat)), () => { b.readFields(port.free); });
        b.lanes(b.read(port.data)).forEach((byte, lane) => { b.store(byte, port.records, slotOf(b, field.slot), key, affineSum([[beat, plan.beatBytes]], lane)); });
      });
    },
  });
}

/** The place of a block as an index: a bit read without sign. */
export function slotOf(b: Parameters<typeof isBelow>[0], slot: Parameters<typeof isBelow>[1]): Parameters<typeof isBelow>[1] {
  return b.indexCast(slot, { kind: "index" });
}
