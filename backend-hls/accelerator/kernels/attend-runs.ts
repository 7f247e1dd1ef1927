import {
  affineSum,
  i1,
  i16,
  i32,
  type LoopBuilder,
  type ScheduleBuilder,
  type Value,
} from "../../../ir/index.ts";
import type { AttentionInputs, AttentionWires, SightWires } from "../attention-wires.ts";
import { type Bound, isLast, nest, not, register } from "../nest.ts";
import type { Plan } from "../shape.ts";

/** "All positions" as the length of a window. */
const NO_WINDOW = 2 ** 30;

/** Stores what a descriptor says of a row's sight; one command a row, in order. */
export function noteRowsKernel(
  s: ScheduleBuilder,
  plan: Plan,
  w: AttentionInputs & AttentionWires & SightWires,
): void {
  s.kernel({
    name: "note_rows",
    command: w.rowFacts,
    fields: ["row", "position", "context", "sequence", "low", "high"],
    done: w.rowNoted,
    connections: {
      positions: w.positions,
      following: w.followingPositions,
      contexts: w.contexts,
      starts: w.runStarts,
      lows: w.visibleLow,
      highs: plan.rows > 32 ? w.visibleHigh : undefined,
    },
    body: ({ b, port, field }) => {
      const before = register(b, "sequence_before", i32);
      nest(b, { once: 1 }, () => {
        const isOther = b.cmpi("ne", field.sequence, b.load(before));
        b.store(b.ori(b.equals(field.row, 0), isOther), port.starts, field.row);
        b.store(field.sequence, before);
        b.store(field.position, port.positions, field.row);
        b.store(field.position, port.following, field.row);
        b.store(field.context, port.contexts, field.row);
        b.store(field.low, port.lows, field.row);
        if (port.highs !== undefined) b.store(field.high, port.highs, field.row);
      });
    },
  });
}

/**
 * Splits the rows of a step into runs of one sequence, once for every layer, and hands each run on when its last row is known;
 * the other rows give commands without iterations. Nothing here waits for the layers: who takes the commands sets the pace.
 */
export function attendRunsKernel(s: ScheduleBuilder, plan: Plan, w: AttentionInputs & AttentionWires): void {
  const { sight } = w;
  s.kernel({
    name: "attend_runs",
    command: w.attendRunsCommand,
    fields: ["rows", "base", "layerBytes"],
    done: w.runsWalked,
    connections: {
      positions: w.positions,
      contexts: sight?.contexts,
      starts: sight?.starts,
      noted: sight?.noted,
      loaded: sight?.loaded,
      fetch: w.fetchBlocksCommand,
      blocks: w.attendBlocksCommand,
    },
    body: ({ b, port, field }) => {
      const rows = { to: field.rows, max: plan.rows };
      const state = runState(b);
      const used = register(b, "used", i32);
      // A pass before the layers waits for every row's table, one behind them takes back the ring of blocks.
      nest(b, { pass: plan.model.layers + 2, row: rows }, ({ pass, row }) => {
        const isWaiting = b.equals(pass, 0);
        const isOver = b.equals(pass, plan.model.layers + 1);
        const isLayer = not(b, b.ori(isWaiting, isOver));
        if (port.noted !== undefined && port.loaded !== undefined) {
          const [noted, loaded] = [port.noted, port.loaded];
          b.when(isWaiting, () => {
            b.readFields(noted);
            b.readFields(loaded);
          });
        }
        const position = b.load(port.positions, row);
        const run = state.next(row, position, isEndOf(b, [row, rows], port.starts, not(b, isWaiting)));
        const context = port.contexts === undefined ? b.addi(position, b.int(1)) : b.load(port.contexts, row);
        const layer = b.addi(pass, b.index(-1));
        const window = windowOf(b, plan, layer);
        const low = lowOf(b, plan, run.position, window);
        const blockBits = b.int(Math.log2(plan.model.blockSize));
        const first = b.shrui(low, blockBits);
        const upTo = (end: Value): Value => b.addi(b.subi(b.shrui(end, blockBits), first), b.int(1));
        const hasContext = b.cmpi("sgt", context, low);
        const isDue = b.andi(run.isEnd, isLayer);
        const due = (count: Value): Value => b.select(isDue, count, b.constant(0, count.type));
        const committed = b.select(hasContext, upTo(b.subi(context, b.int(1))), b.int(0));
        const base = b.addi(field.base, b.muli(b.indexCast(layer, i32), field.layerBytes));
        const rowsOfRun = b.addi(b.subi(b.indexCast(row, i16), run.first), b.int(1, 16));
        const before = b.select(isWaiting, b.int(0), b.load(used));
        b.store(b.minsi(b.addi(before, due(committed)), b.int(plan.kvSlots)), used);
        const fetched = b.select(b.andi(isOver, isLast(b, row, rows)), before, due(committed));
        b.when(not(b, isWaiting), () => {
          b.write(port.fetch, base, run.first, first, fetched, low, context, isOver);
        });
        b.when(isLayer, () => {
          b.write(port.blocks, run.first, due(rowsOfRun), first, upTo(position), committed, context, window);
        });
      });
    },
  });
}

/** Whether a row is the last of its run: without starts each row is a run. */
function isEndOf(
  b: LoopBuilder,
  [row, rows]: readonly [Value, Bound],
  starts: Value | undefined,
  isKnown: Value,
): Value {
  if (starts === undefined) return b.int(1, 1);
  const [isEnd = isKnown] = b.choose(
    b.andi(isKnown, not(b, isLast(b, row, rows))),
    [i1],
    () => [b.load(starts, affineSum([[row, 1]], 1))],
    () => [b.int(1, 1)],
  );
  return isEnd;
}

interface RunState {
  next(
    row: Value,
    position: Value,
    isEnd: Value,
  ): { readonly first: Value; readonly position: Value; readonly isEnd: Value };
}

/** First row of the run and its position, held from row to row. */
function runState(b: LoopBuilder): RunState {
  const [ended, firstRow, firstPosition] = [
    register(b, "ended", i1),
    register(b, "first_row", i16),
    register(b, "first_position", i32),
  ];
  return {
    next: (row, position, isEnd) => {
      const isNew = b.ori(b.equals(row, 0), b.load(ended));
      const first = b.select(isNew, b.indexCast(row, i16), b.load(firstRow));
      const ofRun = b.select(isNew, position, b.load(firstPosition));
      b.store(isEnd, ended);
      b.store(first, firstRow);
      b.store(ofRun, firstPosition);
      return { first, position: ofRun, isEnd };
    },
  };
}

/** The window of a layer in positions. */
function windowOf(b: LoopBuilder, { model: { windows } }: Plan, layer: Value): Value {
  const lengths = [...new Set(windows)];
  const lengthOf = (window: number | undefined): Value => b.int(window ?? NO_WINDOW);
  return lengths.slice(1).reduce((other, window) => {
    const layers = windows.flatMap((own, index) => (own === window ? [b.equals(layer, index)] : []));
    const [first, ...more] = layers;
    return first === undefined
      ? other
      : b.select(
          more.reduce((some, bit) => b.ori(some, bit), first),
          lengthOf(window),
          other,
        );
  }, lengthOf(lengths[0]));
}

/** The first position that is seen from `position`. */
export function lowOf(b: LoopBuilder, { model: { windows } }: Plan, position: Value, window: Value): Value {
  if (windows.every((length) => length === undefined)) return b.int(0);
  return b.maxsi(b.int(0), b.subi(b.addi(position, b.int(1)), window));
}
