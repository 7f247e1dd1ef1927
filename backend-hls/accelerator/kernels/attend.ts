import {
  affineSum,
  i8,
  i16,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import type { AttentionInputs, AttentionWires } from "../attention-wires.ts";
import { all, isBelow, isFirst, isLast, nest, not, register } from "../nest.ts";
import type { Plan } from "../shape.ts";
import { wordsOf } from "./load.ts";

/** Once all new records of a layer are in memory: each row's range of positions. */
export function attendRowsKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  s.kernel({
    name: "attend_rows",
    command: w.attendRowsCommand,
    fields: ["rows", "base"],
    connections: { acks: w.recordAcks, positions: w.positions, out: w.attendBlocksCommand },
    body: ({ b, port, field }) => {
      const started = register(b, "started", i32);
      const rows = { to: field.rows, max: plan.rows };
      nest(b, { pass: 2, row: rows }, ({ pass, row }) => {
        const isWait = b.equals(pass, 0);
        b.when(isWait, () => {
          b.readFields(port.acks);
        });
        b.when(not(b, isWait), () => {
          const { last, low, first, blocks } = rangeOf(b, plan, b.load(port.positions, row));
          const next = rangeOf(b, plan, b.load(port.positions, affineSum([[row, 1]], 1)));
          const following = b.select(
            isLast(b, row, rows),
            b.int(0),
            b.select(isLast(b, b.addi(row, b.index(1)), rows), next.blocks, b.int(2)),
          );
          const before = b.select(b.equals(row, 0), b.int(0), b.load(started));
          b.store(b.addi(before, blocks), started);
          b.write(
            port.out,
            b.indexCast(row, i16),
            field.base,
            first,
            blocks,
            last,
            low,
            before,
            b.addi(blocks, following),
          );
        });
      });
    },
  });
}

/** The positions that a row sees, and the blocks that hold them. */
function rangeOf(
  b: LoopBuilder,
  plan: Plan,
  last: Value,
): Readonly<Record<"last" | "low" | "first" | "blocks", Value>> {
  const { window, blockSize } = plan.model;
  const blockBits = b.int(Math.log2(blockSize));
  const low = window === undefined ? b.int(0) : b.maxsi(b.int(0), b.subi(last, b.int(window - 1)));
  const first = b.shrui(low, blockBits);
  return { last, low, first, blocks: b.addi(b.subi(b.shrui(last, blockBits), first), b.int(1)) };
}

/** Walks one row's block table: a burst and one command to each attention kernel for every block. */
export function attendBlocksKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: AttentionInputs & AttentionWires,
): void {
  const { blockSize } = plan.model;
  s.kernel({
    name: "attend_blocks",
    command: w.attendBlocksCommand,
    fields: ["row", "base", "first", "blocks", "last", "low", "before", "limit"],
    connections: {
      tables: w.tables,
      requests: w.kvRequests,
      loadKeys: w.loadKeysCommand,
      loadValues: w.loadValuesCommand,
      score: w.scoreCommand,
      maximum: w.blockMaximumCommand,
      probabilities: w.probabilitiesCommand,
      weigh: w.weighValuesCommand,
      normalize: w.normalizeCommand,
      accumulate: w.accumulateCommand,
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
        const number = affineSum([
          [field.first, 1],
          [n, 1],
        ]);
        const block = b.load(port.tables, field.row, number);
        requestKeys(b, plan, port.requests, { base: field.base, block, from, keys });
        // The layer's blocks take two places in turn; one that comes third or later waits until its place is free.
        const turn = b.addi(field.before, b.indexCast(n, i32));
        const slot = b.trunci(turn, 1);
        const waits = b.cmpi("sgt", turn, b.int(1));
        const frees = isBelow(b, b.addi(n, b.index(2)), field.limit);
        b.write(port.loadKeys, count, slot, waits);
        b.write(port.loadValues, count, slot, waits);
        b.write(port.score, field.row, count, slot, frees);
        b.write(port.maximum, count, isStart);
        b.write(port.probabilities, count);
        b.write(port.weigh, count, slot, frees);
        b.write(port.normalize, isStart);
        b.write(port.accumulate, isStart, isEnd);
      });
    },
  });
}

/** One burst: the records of `keys` positions of a block, beginning with its `from`-th. */
function requestKeys(
  b: LoopBuilder,
  { recordBeats, beatBytes, model: { blockSize } }: Plan,
  requests: Value,
  { base, block, from, keys }: Readonly<Record<"base" | "block" | "from" | "keys", Value>>,
): void {
  const place = b.addi(b.muli(block, b.int(blockSize)), from);
  b.write(
    requests,
    b.addi(base, b.muli(place, b.int(recordBeats * beatBytes))),
    b.muli(keys, b.int(recordBeats)),
  );
}

/** A block's records into one of two places, for the scores; the beats go on to `load_values`. */
export function loadKeysKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  s.kernel({
    name: "load_keys",
    command: w.loadKeysCommand,
    fields: ["count", "slot", "waits"],
    done: w.keysLoaded,
    connections: {
      data: w.kvBeats,
      free: w.keysFree,
      records: w.keyRecords,
      keyScales: w.keyScales,
      valueScales: w.valueScales,
      forward: w.forwardedBeats,
    },
    body: ({ b, port, field }) => {
      nest(
        b,
        { key: { to: field.count, max: plan.model.blockSize }, beat: plan.recordBeats },
        ({ key, beat }) => {
          b.when(all(b, field.waits, isFirst(b, key, beat)), () => {
            b.readFields(port.free);
          });
          const data = b.read(port.data);
          const slot = slotOf(b, field.slot);
          storeCells(b, plan, { data, records: port.records, place: [slot, key], beat });
          b.when(not(b, isBelow(b, beat, plan.wordsBeforeScales / plan.beatWords)), () => {
            wordsOf(b, data, plan).forEach((word, lane) => {
              for (const scales of [port.keyScales, port.valueScales])
                b.store(
                  word,
                  scales,
                  slot,
                  key,
                  affineSum([[beat, plan.beatWords]], lane - plan.wordsBeforeScales),
                );
            });
          });
          b.write(port.forward, data);
        },
      );
    },
  });
}

/** The same records for the weighted sum of values. */
export function loadValuesKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  s.kernel({
    name: "load_values",
    command: w.loadValuesCommand,
    fields: ["count", "slot", "waits"],
    done: w.valuesLoaded,
    connections: { data: w.forwardedBeats, free: w.valuesFree, records: w.valueRecords },
    body: ({ b, port, field }) => {
      nest(
        b,
        { key: { to: field.count, max: plan.model.blockSize }, beat: plan.recordBeats },
        ({ key, beat }) => {
          b.when(all(b, field.waits, isFirst(b, key, beat)), () => {
            b.readFields(port.free);
          });
          storeCells(b, plan, {
            data: b.read(port.data),
            records: port.records,
            place: [slotOf(b, field.slot), key],
            beat,
          });
        },
      );
    },
  });
}

/** Stores a beat cell by cell. */
function storeCells(
  b: LoopBuilder,
  plan: Plan,
  {
    data,
    records,
    place,
    beat,
  }: {
    readonly data: Value;
    readonly records: Value;
    readonly place: readonly Value[];
    readonly beat: Value;
  },
): void {
  const bytes = b.lanes(data);
  const cells = plan.beatBytes / plan.cellBytes;
  for (let cell = 0; cell < cells; cell++) {
    b.store(
      b.vector(bytes.slice(cell * plan.cellBytes, (cell + 1) * plan.cellBytes), i8),
      records,
      ...place,
      affineSum([[beat, cells]], cell),
    );
  }
}

/** The int8 channels of a key/value head, `skip` bytes into its record, as 32-bit numbers. */
export function channelsOf(
  b: LoopBuilder,
  plan: Plan,
  {
    records,
    place,
    kvHead,
    skip,
  }: {
    readonly records: Value;
    readonly place: readonly Value[];
    readonly kvHead: Value;
    readonly skip: number;
  },
): readonly Value[] {
  const cells = plan.model.headDim / plan.cellBytes;
  return Array.from({ length: cells }, (_, cell) =>
    b.load(records, ...place, affineSum([[kvHead, cells]], skip / plan.cellBytes + cell)),
  )
    .flatMap((vector) => b.lanes(vector))
    .map((lane) => b.extsi(lane, 32));
}

/** The place of a block as an index: a bit read without sign. */
export function slotOf(
  b: Parameters<typeof isBelow>[0],
  slot: Parameters<typeof isBelow>[1],
): Parameters<typeof isBelow>[1] {
  return b.indexCast(slot, { kind: "index" });
}
