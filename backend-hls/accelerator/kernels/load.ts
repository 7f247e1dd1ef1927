import {
  affineSum,
  f32,
  i32,
  type LoopBuilder,
  present,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { all, asIndex, isBelow, isFirst, isLast, LaneShifter, nest, not, position } from "../nest.ts";
import { EMIT_PLACE_LSB } from "../output-place.ts";
import { ceilDiv, type Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { blockFault, descriptorFault } from "./check-descriptor.ts";

/** The 32-bit words of a beat. */
export function wordsOf(b: LoopBuilder, beat: Value, plan: Plan): readonly Value[] {
  return b.lanes(b.vectorCast(beat, vectorType(plan.beatWords, i32)));
}

/** Carries one row's embedding row, rotary row and block table from memory into the buffers. */
export function loadRowKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { beatWords, model } = plan;
  const embedding = ceilDiv(model.hidden, beatWords);
  const rope = ceilDiv(model.headDim, beatWords);
  const most = embedding + rope + ceilDiv(plan.maxBlocks, beatWords);
  s.kernel({
    name: "load_row",
    command: w.loadRow,
    fields: ["row", "position", "slot", "beats", "emit", "kvBlocks"],
    done: w.rowLoaded,
    connections: {
      data: w.rowBeats,
      residual: w.residual,
      cosines: w.cosines,
      sines: w.sines,
      tables: w.tables,
      tableLoaded: w.tableLoaded,
      slots: w.slots,
      emitting: w.emitting,
      faults: w.blockFaults,
    },
    body: ({ b, port, field }) => {
      const shifter = new LaneShifter(b, "word", beatWords, i32);
      nest(b, { beat: { to: field.beats, max: most }, lane: beatWords }, ({ beat, lane }) => {
        const word = shifter.next(b, isFirst(b, lane), () => wordsOf(b, b.read(port.data), plan));
        const terms = [[beat, beatWords] as const, [lane, 1] as const];
        const at = (skipped: number): ReturnType<typeof affineSum> => affineSum(terms, -skipped);
        const inEmbedding = isBelow(b, beat, embedding);
        const inRope = isBelow(b, beat, embedding + rope);
        b.when(inEmbedding, () => {
          b.store(b.bitcast(word, f32), port.residual, field.row, at(0));
        });
        const angle = b.addi(position(b, beat, beatWords, lane), b.index(-embedding * beatWords));
        const [isCosine, isAngle] = [isBelow(b, angle, model.headDim / 2), isBelow(b, angle, model.headDim)];
        b.when(all(b, not(b, inEmbedding), isCosine), () => {
          b.store(b.bitcast(word, f32), port.cosines, field.row, at(embedding * beatWords));
        });
        b.when(all(b, not(b, inEmbedding), not(b, isCosine), isAngle), () => {
          b.store(b.bitcast(word, f32), port.sines, field.row, at(embedding * beatWords + model.headDim / 2));
        });
        b.when(not(b, inRope), () => {
          b.store(word, port.tables, field.row, at((embedding + rope) * beatWords));
          const entry = b.addi(position(b, beat, beatWords, lane), b.index(-(embedding + rope) * beatWords));
          b.write(port.faults, entryFault(b, plan, { entry, block: word, ...field }), field.row);
        });
        b.when(isFirst(b, beat, lane), () => {
          b.store(field.slot, port.slots, field.row);
        });
        b.when(all(b, isLast(b, beat, { to: field.beats, max: most }), isLast(b, lane, beatWords)), () => {
          b.write(port.tableLoaded);
        });
        b.when(all(b, isFirst(b, beat, lane), b.cmpi("ne", field.emit, b.int(0))), () => {
          b.store(field.row, port.emitting, asIndex(b, b.shrui(field.emit, b.int(EMIT_PLACE_LSB))));
        });
      });
    },
  });
}

/** What is wrong with an entry of a block table; entries behind the row's position are not used. */
function entryFault(
  b: LoopBuilder,
  { model }: Plan,
  {
    entry,
    block,
    position: place,
    kvBlocks,
  }: Readonly<Record<"entry" | "block" | "position" | "kvBlocks", Value>>,
): Value {
  const last = asIndex(b, b.shrui(place, b.int(Math.log2(model.blockSize))));
  return blockFault(b, b.cmpi("sle", entry, last), block, kvBlocks);
}

/** Keeps the words of a descriptor that are in this beat of it. */
function keepWords(b: LoopBuilder, cells: readonly Value[], lanes: readonly Value[], beat: Value): void {
  cells.forEach((cell, index) => {
    const lane = lanes[index % lanes.length];
    if (lane === undefined) return;
    b.when(b.equals(beat, Math.floor(index / lanes.length)), () => {
      b.store(lane, cell);
    });
  });
}

/** Reads row descriptors, checks them and asks for each row's data. */
export function rowsKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const { beatWords, beatBytes, model } = plan;
  const recordBeats = ceilDiv(DESCRIPTOR_WORDS, beatWords);
  const blockBits = Math.log2(model.blockSize);
  const [embedding, rope] = [ceilDiv(model.hidden, beatWords), ceilDiv(model.headDim, beatWords)];
  s.kernel({
    name: "rows",
    command: w.rowsCommand,
    fields: ["rows", "embedding", "rope", "kvBlocks"],
    connections: {
      data: w.descriptorBeats,
      load: w.loadRow,
      sight: w.rowFacts,
      requests: w.rowRequests,
      faults: w.descriptorFaults,
    },
    body: ({ b, port, field }) => {
      const words = DESCRIPTOR_FIELDS.map(({ name }) => b.array(name, [], i32, { storage: "reg" }));
      nest(b, { row: { to: field.rows, max: plan.rows }, slot: recordBeats + 3 }, ({ row, slot }) => {
        b.when(isBelow(b, slot, recordBeats), () => {
          keepWords(b, words, wordsOf(b, b.read(port.data), plan), slot);
        });
        const word = (name: DescriptorField): Value =>
          b.load(present(words[DESCRIPTOR_FIELDS.findIndex((field) => field.name === name)], name));
        const [token, place, table] = [word("token"), word("position"), word("block_table")];
        const blocks = b.addi(b.shrui(place, b.int(blockBits)), b.int(1));
        const tableBeats = b.shrui(b.addi(blocks, b.int(beatWords - 1)), b.int(Math.log2(beatWords)));
        const addressOf = (base: Value, number: Value, beats: number): Value =>
          b.addi(base, b.muli(number, b.int(beats * beatBytes)));
        const [isEmbedding, isRope] = [b.equals(slot, recordBeats), b.equals(slot, recordBeats + 1)];
        b.when(isEmbedding, () => {
          b.write(
            port.load,
            b.indexCast(row, field.rows.type),
            place,
            word("kv_slot"),
            b.addi(tableBeats, b.int(embedding + rope)),
            word("emit"),
            field.kvBlocks,
          );
          const sees = [word("context"), word("sequence"), word("visible_low"), word("visible_high")];
          b.write(port.sight, b.indexCast(row, field.rows.type), place, ...sees);
          b.write(port.faults, ...descriptorFault(b, plan, word, { ...field, row }));
        });
        b.when(not(b, isBelow(b, slot, recordBeats)), () => {
          const address = b.select(
            isEmbedding,
            addressOf(field.embedding, token, embedding),
            b.select(isRope, addressOf(field.rope, place, rope), table),
          );
          b.write(
            port.requests,
            address,
            b.select(isEmbedding, b.int(embedding), b.select(isRope, b.int(rope), tableBeats)),
          );
        });
      });
    },
  });
}

/** The 32-bit words of a row descriptor. */
export const DESCRIPTOR_FIELDS = [
  { name: "token" },
  { name: "position" },
  { name: "kv_slot" },
  { name: "sequence" },
  { name: "block_table" },
  { name: "emit" },
  { name: "visible_low" },
  { name: "visible_high" },
  { name: "context" },
] as const;
/** A word of a row descriptor. */
export type DescriptorField = (typeof DESCRIPTOR_FIELDS)[number]["name"];
const DESCRIPTOR_WORDS = DESCRIPTOR_FIELDS.length;

/** The last kernel of a step: waits for everything that the step stores. */
export function finishKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  const steps = 2 * plan.model.layers + 1;
  s.kernel({
    name: "finish",
    command: w.finishCommand,
    fields: ["emit"],
    done: w.finished,
    connections: {
      residualDone: w.residualDone,
      argmaxDone: w.argmaxDone,
      outputAcks: w.outputAcks,
      idleTaken: w.idleTaken,
      recordsStored: w.recordsStored,
      runsWalked: w.runsWalked,
      scalesTaken: w.bf16 === undefined ? w.scalesTaken : undefined,
      folded: w.bf16?.foldedLast,
    },
    body: ({ b, port, field }) => {
      nest(b, { step: steps + 1 }, ({ step }) => {
        b.when(isBelow(b, step, steps), () => {
          b.readFields(port.residualDone);
        });
        const isEnd = isLast(b, step, steps + 1);
        b.when(isEnd, () => {
          b.readFields(port.recordsStored);
          b.readFields(port.runsWalked);
          const { folded } = port;
          if (folded !== undefined) b.readFields(folded);
        });
        b.when(all(b, field.emit, isEnd), () => {
          b.readFields(port.outputAcks);
          b.readFields(port.argmaxDone);
        });
        b.when(all(b, not(b, field.emit), isEnd), () => {
          b.readFields(port.idleTaken);
          const { scalesTaken } = port;
          if (scalesTaken !== undefined) b.readFields(scalesTaken);
        });
      });
    },
  });
}
