import {
  affineSum,
  i8,
  i32,
  intType,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import type { AttentionInputs, AttentionWires } from "../attention-wires.ts";
import { kvBytes, kvType } from "../kv-format.ts";
import { all, type Bound, isBelow, isFirst, isLast, nest, not, register } from "../nest.ts";
import type { Plan } from "../shape.ts";
import { wordsOf } from "./load.ts";

/** The place of a block in the ring of loaded blocks, from how many came before it. */
export function slotOfTurn(b: LoopBuilder, { kvSlots }: Plan, turn: Value): Value {
  return b.trunci(turn, Math.log2(kvSlots));
}

/** The type of a place in the ring. */
export function slotType({ kvSlots }: Plan): ReturnType<typeof intType> {
  return intType(Math.log2(kvSlots));
}

/** Walks the block table of a run: a burst and a command to load for every block that holds committed positions. */
export function fetchBlocksKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  const { blockSize } = plan.model;
  s.kernel({
    name: "fetch_blocks",
    command: w.fetchBlocksCommand,
    fields: ["base", "row", "first", "blocks", "low", "context", "isOver"],
    connections: { tables: w.tables, requests: w.kvRequests, load: w.loadBlockCommand },
    body: ({ b, port, field }) => {
      const [turns, used] = [register(b, "turns", i32), register(b, "used", i32)];
      const blocks: Bound = { to: field.blocks, max: Math.max(plan.maxBlocks, plan.kvSlots) };
      nest(b, { n: blocks }, ({ n }) => {
        const mask = b.int(blockSize - 1);
        const from = b.select(b.equals(n, 0), b.andi(field.low, mask), b.int(0));
        const lastPosition = b.subi(field.context, b.int(1));
        const to = b.select(isLast(b, n, blocks), b.andi(lastPosition, mask), mask);
        const keys = b.addi(b.subi(to, from), b.int(1));
        const number = affineSum([
          [field.first, 1],
          [n, 1],
        ]);
        const [block = b.int(0)] = b.choose(
          field.isOver,
          [i32],
          () => [b.int(0)],
          () => [b.load(port.tables, field.row, number)],
        );
        const place = b.addi(b.muli(block, b.int(blockSize)), from);
        b.when(not(b, field.isOver), () => {
          b.write(
            port.requests,
            b.addi(field.base, b.muli(place, b.int(plan.recordBeats * plan.beatBytes))),
            b.muli(keys, b.int(plan.recordBeats)),
          );
        });
        // At the start of a step all places of the ring are free; those that were used are given back at its end.
        const [turn, count] = [b.load(turns), b.load(used)];
        const waits = b.cmpi("sgt", count, b.int(plan.kvSlots - 1));
        b.store(
          b.select(field.isOver, b.int(0), b.minsi(b.addi(count, b.int(1)), b.int(plan.kvSlots))),
          used,
        );
        const next = b.andi(b.addi(turn, b.int(1)), b.int(plan.kvSlots - 1));
        b.store(b.select(field.isOver, turn, next), turns);
        const length = b.select(field.isOver, b.int(1, 16), b.trunci(keys, 16));
        b.write(
          port.load,
          length,
          b.trunci(from, 16),
          slotOfTurn(b, plan, turn),
          b.ori(waits, field.isOver),
          field.isOver,
        );
      });
    },
  });
}

/** A block's records into a place of the ring, once for the scores and once for the values. */
export function loadBlockKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  s.kernel({
    name: "load_block",
    command: w.loadBlockCommand,
    fields: ["count", "from", "slot", "waits", "isOver"],
    connections: {
      data: w.kvBeats,
      keysFree: w.keysFree,
      valuesFree: w.valuesFree,
      keyRecords: w.keyRecords,
      valueRecords: w.valueRecords,
      keyScales: w.keyScales,
      valueScales: w.valueScales,
      keysLoaded: w.keysLoaded,
      valuesLoaded: w.valuesLoaded,
    },
    body: ({ b, port, field }) => {
      const keys: Bound = { to: field.count, max: plan.model.blockSize };
      nest(b, { key: keys, beat: plan.recordBeats }, ({ key, beat }) => {
        b.when(all(b, field.waits, isFirst(b, key, beat)), () => {
          b.readFields(port.keysFree);
          b.readFields(port.valuesFree);
        });
        const isData = not(b, field.isOver);
        b.when(isData, () => {
          const data = b.read(port.data);
          const slot = slotOf(b, field.slot);
          const offset = affineSum([
            [field.from, 1],
            [key, 1],
          ]);
          for (const records of [port.keyRecords, port.valueRecords])
            storeCells(b, plan, { data, records, place: [slot, offset], beat });
          b.when(not(b, isBelow(b, beat, plan.wordsBeforeScales / plan.beatWords)), () => {
            wordsOf(b, data, plan).forEach((word, lane) => {
              const index = affineSum([[beat, plan.beatWords]], lane - plan.wordsBeforeScales);
              for (const scales of [port.keyScales, port.valueScales])
                for (let copy = 0; copy < plan.kvLanes; copy++)
                  b.store(word, scales, copy, slot, offset, index);
            });
          });
        });
        b.when(all(b, isData, isLast(b, key, keys), isLast(b, beat, plan.recordBeats)), () => {
          b.write(port.keysLoaded);
          b.write(port.valuesLoaded);
        });
      });
    },
  });
}

interface CellPlace {
  readonly data: Value;
  readonly records: Value;
  readonly place: readonly (Value | ReturnType<typeof affineSum>)[];
  readonly beat: Value;
}

/** Stores a beat cell by cell. */
function storeCells(b: LoopBuilder, plan: Plan, { data, records, place, beat }: CellPlace): void {
  const bytes = b.lanes(data);
  const cells = plan.beatBytes / plan.cellBytes;
  for (let cell = 0; cell < cells; cell++) {
    const part = b.vector(bytes.slice(cell * plan.cellBytes, (cell + 1) * plan.cellBytes), i8);
    b.store(
      kvBytes(plan) === 1
        ? part
        : b.vectorCast(part, vectorType(plan.cellBytes / kvBytes(plan), kvType(plan))),
      records,
      ...place,
      affineSum([[beat, cells]], cell),
    );
  }
}

/** The place of a block as an index: bits read without sign. */
export function slotOf(b: LoopBuilder, slot: Value): Value {
  return b.indexCast(slot, { kind: "index" });
}
