import {
  affineSum,
  at,
  f32,
  i1,
  i16,
  i32,
  indexType,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
  vectorType,
} from "../../../ir/index.ts";
import { all, asIndex, isBelow, isFirst, isLast, nest, not } from "../nest.ts";
import { isBf16 } from "../precision.ts";
import type { Plan } from "../shape.ts";
import type { Wires } from "../wires.ts";
import { largest } from "./matmul.ts";
import { treeSum } from "./statistics.ts";

/** Partial sums of an output channel: as many chunks may be on their way through an adder. */
const PARTIALS = 16;

/** Tiles whose partial sums wait to be folded. */
const TILES_AT_ONCE = 2;

/** What lies between the array on bfloat16 and whoever takes its results. */
export type Bf16Wires = ReturnType<typeof bf16Wires>;

/** Declares it; nothing for other formats. */
export function makeBf16Wires(s: ScheduleBuilder, plan: Plan): Bf16Wires | undefined {
  return isBf16(plan.precision) ? bf16Wires(s, plan) : undefined;
}

function bf16Wires(s: ScheduleBuilder, { pn, pt, rows }: Plan) {
  const [groups, lanes] = [rows / pt, vectorType(pt * pn, f32)];
  return {
    addChunks: s.commands("add_chunks_cmd", [i32, i32, i16, i1], 4),
    fold: s.commands("fold_partials_cmd", [i32, i32, i16, i1], 4),
    handOut: s.commands("hand_out_cmd", [i32, i16, i1, i1, i1, i1], 4),
    chunks: s.stream("chunks", lanes, 4),
    /** Partial sums until their next chunk. */
    waiting: s.stream("waiting_partials", lanes, PARTIALS * groups + 2),
    partials: s.buffer("partials", [TILES_AT_ONCE, groups, PARTIALS], lanes, "lut"),
    partialsReady: s.tokens("partials_ready", TILES_AT_ONCE * groups),
    partialsFree: s.tokens("partials_free"),
    /** A matrix is folded: for the chunks of the next one, for the end of the step. */
    folded: s.tokens("folded"),
    foldedLast: s.tokens("folded_last"),
  };
}

/** The place of a tile's partial sums. */
function slotOf(b: LoopBuilder, tile: Value): Value {
  return b.indexCast(b.trunci(b.indexCast(tile, i32), 1), indexType);
}

/**
 * Adds chunk c to partial sum c mod 16. The sums wait in a queue for their next chunk: an iteration meets what the one 16 chunks
 * before it wrote, so that an addition and the queue may take 16 cycles. The last 16 of a tile are what is folded.
 */
export function addChunksKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  if (w.bf16 === undefined) return;
  const { pt, rows } = plan;
  const { tiles: mostTiles, beats: mostBeats } = largest(plan);
  s.kernel({
    name: "add_chunks",
    command: w.bf16.addChunks,
    fields: ["tiles", "beats", "groups", "waits"],
    connections: {
      folded: w.bf16.folded,
      chunks: w.bf16.chunks,
      before: w.bf16.waiting,
      after: w.bf16.waiting,
      free: w.bf16.partialsFree,
      partials: w.bf16.partials,
      ready: w.bf16.partialsReady,
    },
    body: ({ b, port, field }) => {
      const bounds = {
        tile: { to: field.tiles, max: mostTiles },
        k: { to: field.beats, max: mostBeats },
        group: { to: field.groups, max: rows / pt },
      };
      nest(b, bounds, ({ tile, k, group }) => {
        b.when(all(b, field.waits, isFirst(b, tile, k, group)), () => {
          b.readFields(port.folded);
        });
        const totals = addedTo(b, port.before, { chunks: port.chunks, isNew: isBelow(b, k, PARTIALS) });
        const place = b.addi(k, b.index(PARTIALS));
        const isFinal = not(b, isBelow(b, place, field.beats));
        b.when(not(b, isFinal), () => {
          b.write(port.after, totals);
        });
        const begins = b.ori(
          b.cmpi("eq", place, asIndex(b, field.beats)),
          all(b, b.equals(k, 0), isBelow(b, asIndex(b, field.beats), PARTIALS)),
        );
        b.when(all(b, begins, b.equals(group, 0), not(b, isBelow(b, tile, TILES_AT_ONCE))), () => {
          b.readFields(port.free);
        });
        b.when(isFinal, () => {
          const part = affineSum(
            [
              [k, 1],
              [field.beats, -1],
            ],
            PARTIALS,
          );
          b.store(totals, port.partials, slotOf(b, tile), group, part);
        });
        b.when(isLast(b, k, bounds.k), () => {
          b.write(port.ready);
        });
      });
    },
  });
}

/** Chunks added to the sums that wait for them, to +0 where there are none yet. */
function addedTo(
  b: LoopBuilder,
  waiting: Value,
  { chunks, isNew }: { readonly chunks: Value; readonly isNew: Value },
): Value {
  const added = b.lanes(b.read(chunks));
  const earlier = b.choose(
    isNew,
    added.map(() => f32),
    () => added.map(() => b.float(0)),
    () => b.lanes(b.read(waiting)),
  );
  const totals = added.map((chunk, lane) => b.addf(at(earlier, lane), chunk));
  return b.vector(totals, f32);
}

/** Adds up the partial sums of a tile and group, a balanced tree; those without chunks are +0. */
export function foldKernel(s: ScheduleBuilder, plan: Plan, w: Wires): void {
  if (w.bf16 === undefined) return;
  const { pn, pt, rows } = plan;
  const matrices = [plan.qkv, plan.wo, plan.gateUp, plan.down, plan.head];
  const areAllMade = matrices.every(({ beats }) => beats >= PARTIALS);
  s.kernel({
    name: "fold",
    command: w.bf16.fold,
    fields: ["tiles", "beats", "groups", "isFollowed"],
    connections: {
      ready: w.bf16.partialsReady,
      partials: w.bf16.partials,
      free: w.bf16.partialsFree,
      folded: w.bf16.folded,
      foldedLast: w.bf16.foldedLast,
      sums: w.sums,
    },
    body: ({ b, port, field }) => {
      const bounds = {
        tile: { to: field.tiles, max: largest(plan).tiles },
        group: { to: field.groups, max: rows / pt, ii: PARTIALS },
      };
      nest(b, bounds, ({ tile, group }) => {
        b.readFields(port.ready);
        const parts = Array.from({ length: PARTIALS }, (_, i) => {
          const sums = b.lanes(b.load(port.partials, slotOf(b, tile), group, i));
          if (areAllMade) return sums;
          const isMade = b.cmpi("sge", asIndex(b, field.beats), b.index(PARTIALS - i));
          return sums.map((sum) => b.select(isMade, sum, b.float(0)));
        });
        const totals = Array.from({ length: pt * pn }, (_, lane) =>
          treeSum(
            b,
            parts.map((sums) => at(sums, lane)),
          ),
        );
        b.write(port.sums, b.vector(totals, f32));
        const isFree = isBelow(b, b.addi(tile, b.index(TILES_AT_ONCE)), field.tiles);
        b.when(all(b, isFree, isLast(b, group, bounds.group)), () => {
          b.write(port.free);
        });
        const isEnd = all(b, isLast(b, tile, bounds.tile), isLast(b, group, bounds.group));
        for (const [bit, token] of [
          [field.isFollowed, port.folded],
          [not(b, field.isFollowed), port.foldedLast],
        ] as const) {
          b.when(all(b, isEnd, bit), () => {
            b.write(token);
          });
        }
      });
    },
  });
}
