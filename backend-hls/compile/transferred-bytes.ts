import {
  constantBeats,
  emittingRows,
  type MemoryLayout,
  type Plan,
  type Row,
  weightBeats,
} from "../accelerator/index.ts";

/** Bytes that cross the memory port, by what they are. */
export interface Traffic {
  readonly weights: number;
  readonly kvRead: number;
  readonly kvWrite: number;
  readonly other: number;
}

/**
 * Bytes that the accelerator asks for in one step, padding of beats included: they follow from the commands, the hardware
 * does not count them. Scales and gains count as weights.
 */
export function transferredBytes(plan: Plan, layout: MemoryLayout, rows: readonly Row[]): Traffic {
  const { beatBytes, model } = plan;
  const { strides } = layout;
  const {
    rows: { length: emitting },
    logitRows,
  } = emittingRows(rows.map(({ emit }) => emit));
  const streams = [weightBeats(plan), constantBeats(plan)];
  const beats = sum(streams.map(({ layers, head }) => layers + (emitting > 0 ? head : 0)));
  const fetched = model.windows.map((window) => fetchedPositions(rows, window));
  const tables = rows.map(({ position }) => {
    const words = Math.floor(position / model.blockSize) + 1;
    return Math.ceil(words / plan.beatWords) * beatBytes;
  });
  return {
    weights: beats * beatBytes,
    kvRead: strides.record * sum(fetched),
    kvWrite: model.layers * strides.record * rows.length,
    other:
      rows.length * (strides.descriptor + strides.embedding + strides.rope) +
      sum(tables) +
      emitting * strides.output +
      logitRows * plan.logitBeats * beatBytes,
  };
}

/** Positions whose keys and values a layer with this window fetches in one step: committed ones that the first row of each sequence sees. */
export function fetchedPositions(rows: readonly Row[], window: number | undefined): number {
  const firsts = rows.filter(({ sequence }, index) => rows[index - 1]?.sequence !== sequence);
  return sum(
    firsts.map(({ position, context = position }) =>
      Math.max(0, context - Math.max(0, position + 1 - (window ?? position + 1))),
    ),
  );
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
