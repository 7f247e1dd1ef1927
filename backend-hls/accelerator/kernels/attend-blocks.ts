import {
  affineSum,
  i1,
  i16,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import type { AttentionInputs, AttentionWires } from "../attention-wires.ts";
import { all, isFirst, isLast, nest, not, register } from "../nest.ts";
import type { Plan } from "../shape.ts";
import { lowOf } from "./attend-runs.ts";
import { slotOfTurn } from "./fetch-blocks.ts";
import { PLACE_FIELDS } from "./key-place.ts";

/** What the walk over a run keeps from row to row. */
interface Walk {
  /** Blocks of the ring used up so far. */
  readonly turns: Value;
  /** Rows of the run whose position lies in the block: from `first` up to `end`, once there is one. */
  readonly first: Value;
  readonly end: Value;
  readonly any: Value;
  /** Whether somebody in this layer waits for the step's own keys already. */
  readonly taken: Value;
}

/**
 * Walks a run block by block, the run's rows within each block: one command to each attention kernel for every row and block.
 * A row that sees nothing of a block gives a command without iterations.
 */
export function attendBlocksKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: AttentionInputs & AttentionWires,
): void {
  const { sight } = w;
  s.kernel({
    name: "attend_blocks",
    command: w.attendBlocksCommand,
    fields: ["first", "rows", "firstBlock", "blocks", "committed", "context", "window"],
    connections: {
      positions: w.positions,
      following: sight?.following,
      lows: sight?.lows,
      highs: plan.rows > 32 ? sight?.highs : undefined,
      ...commandsOf(w),
    },
    body: ({ b, port, field }) => {
      const walk = makeWalk(b);
      const blocks = { to: field.blocks, max: plan.maxBlocks };
      const rows = { to: field.rows, max: plan.rows };
      nest(b, { n: blocks, i: rows }, ({ n, i }) => {
        const place = affineSum([
          [field.first, 1],
          [i, 1],
        ]);
        const next = affineSum(
          [
            [field.first, 1],
            [i, 1],
          ],
          1,
        );
        const positions: Positions = {
          position: b.load(port.positions, place),
          following: port.following && b.load(port.following, next),
          hasOwn: sight !== undefined,
        };
        const item = itemOf({ b, plan, field, walk }, { n, i, rows }, positions);
        const word = (words: Value | undefined): Value =>
          words === undefined ? b.int(0) : b.load(words, place);
        sendItem(b, port, item, [word(port.lows), word(port.highs)]);
      });
    },
  });
}

/** Who gets a command for each row and block. */
function commandsOf(w: AttentionWires) {
  return {
    score: w.scoreCommand,
    maximum: w.blockMaximumCommand,
    rescale: w.rescaleCommand,
    probabilities: w.probabilitiesCommand,
    weigh: w.weighValuesCommand,
    normalize: w.normalizeCommand,
    accumulate: w.accumulateCommand,
  };
}

function sendItem(
  b: LoopBuilder,
  port: ReturnType<typeof commandsOf>,
  item: Item,
  visible: readonly [Value, Value],
): void {
  const { keys, isStart, isEnd, present } = item;
  const place = PLACE_FIELDS.map((name) => item[name]);
  b.write(port.score, item.row, keys, ...place, item.takesQueries, item.low, ...visible);
  b.write(port.maximum, keys, isStart, isEnd);
  b.write(port.rescale, present);
  b.write(port.probabilities, keys);
  b.write(port.weigh, keys, ...place);
  b.write(port.normalize, present, isStart, isEnd);
  b.write(port.accumulate, present, isStart, isEnd);
}

function makeWalk(b: LoopBuilder): Walk {
  return {
    turns: register(b, "turns", i32),
    first: register(b, "own_first", i16),
    end: register(b, "own_end", i16),
    any: register(b, "own_any", i1),
    taken: register(b, "own_taken", i1),
  };
}

interface Scope {
  readonly b: LoopBuilder;
  readonly plan: Plan;
  readonly field: Readonly<Record<"first" | "firstBlock" | "committed" | "context" | "window", Value>>;
  readonly walk: Walk;
}
interface Counters {
  readonly n: Value;
  readonly i: Value;
  readonly rows: { readonly to: Value; readonly max: number };
}
interface Positions {
  readonly position: Value;
  /** Of the row behind; undefined where each run is one row. */
  readonly following: Value | undefined;
  /** Whether rows of the step are seen beside the committed context. */
  readonly hasOwn: boolean;
}

/** What one row sees of one block, as its commands say it. */
type Item = Readonly<
  Record<
    (typeof PLACE_FIELDS)[number] | "row" | "keys" | "takesQueries" | "low" | "isStart" | "isEnd" | "present",
    Value
  >
>;

/** What one row sees of one block. */
function itemOf(scope: Scope, { n, i, rows }: Counters, { position, following, hasOwn }: Positions): Item {
  const { b, plan, field, walk } = scope;
  const { blockSize } = plan.model;
  const bits = b.int(Math.log2(blockSize));
  const block = b.addi(field.firstBlock, b.indexCast(n, i32));
  const start = b.shli(block, bits);
  const row = b.addi(field.first, b.indexCast(i, i16));
  const low = lowOf(b, plan, position, field.window);
  const [first, last] = [b.shrui(low, bits), b.shrui(position, bits)];
  const isSeen = b.andi(b.cmpi("sge", block, first), b.cmpi("sle", block, last));
  const within = (value: Value): Value => b.minsi(b.maxsi(b.subi(value, start), b.int(0)), b.int(blockSize));
  const offset = within(low);
  const committed = b.trunci(b.maxsi(b.subi(within(field.context), offset), b.int(0)), 16);
  const isLayerStart = all(b, b.equals(field.first, 0), isFirst(b, n, i));
  const own = ownRows(scope, { isIn: b.cmpi("eq", block, last), isNewBlock: b.equals(i, 0), row });
  const isLoaded = b.cmpi("slt", b.indexCast(n, i32), field.committed);
  const isLastUse = lastUse(scope, { i, rows, following, block });
  const turn = b.load(walk.turns);
  const releases = all(b, isLoaded, b.cmpi("sge", block, first), isLastUse);
  b.store(b.andi(b.select(releases, b.addi(turn, b.int(1)), turn), b.int(plan.kvSlots - 1)), walk.turns);
  const ownCount = hasOwn ? own.count : b.int(0, 16);
  const keys = b.select(isSeen, b.addi(committed, ownCount), b.int(0, 16));
  const hasTaken = b.andi(b.load(walk.taken), not(b, isLayerStart));
  const usesOwn = b.andi(isSeen, b.cmpi("sgt", ownCount, b.int(0, 16)));
  b.store(b.ori(hasTaken, usesOwn), walk.taken);
  return {
    row,
    keys,
    committed,
    offset: b.trunci(offset, 16),
    slot: slotOfTurn(b, plan, turn),
    ownBase: b.subi(own.first, committed),
    acquires: b.andi(isLoaded, b.equals(i, 0)),
    releases,
    takesOwn: b.andi(usesOwn, not(b, hasTaken)),
    takesQueries: isLayerStart,
    low,
    isStart: b.cmpi("eq", block, first),
    isEnd: b.cmpi("eq", block, last),
    present: b.select(isSeen, b.int(1, 16), b.int(0, 16)),
  };
}

/** The run's rows so far that lie in the block: they stand together, for rows come in ascending position. */
function ownRows(
  { b, walk }: Scope,
  { isIn, isNewBlock, row }: Readonly<Record<"isIn" | "isNewBlock" | "row", Value>>,
): { readonly first: Value; readonly count: Value } {
  const any = b.andi(b.load(walk.any), not(b, isNewBlock));
  const first = b.select(any, b.load(walk.first), row);
  const end = b.select(isIn, b.addi(row, b.int(1, 16)), b.load(walk.end));
  const has = b.ori(any, isIn);
  b.store(has, walk.any);
  b.store(first, walk.first);
  b.store(end, walk.end);
  return { first, count: b.select(has, b.subi(end, first), b.int(0, 16)) };
}

/** Whether no row behind this one sees the block's committed positions. */
function lastUse(
  { b, plan, field }: Scope,
  {
    i,
    rows,
    following,
    block,
  }: Pick<Counters, "i" | "rows"> & Pick<Positions, "following"> & { readonly block: Value },
): Value {
  if (following === undefined) return b.int(1, 1);
  const bits = b.int(Math.log2(plan.model.blockSize));
  const firstOfNext = b.shrui(lowOf(b, plan, following, field.window), bits);
  return b.ori(isLast(b, i, rows), b.cmpi("sgt", firstOfNext, block));
}
