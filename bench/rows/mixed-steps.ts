import { at } from "../../ir/index.ts";
import { type Device, type Emit, type RowDescriptor, slotOf } from "../../runtime-host/index.ts";
import type { Choices } from "../fuzz/choices.ts";

/** A sequence as a driver of steps sees it: its tokens, and how many of them are computed. */
export interface MixedSequence {
  readonly id: number;
  readonly tokens: number[];
  computed: number;
  /** Blocks of the device in any order, enough for a full sequence. */
  readonly blocks: readonly number[];
}

/** Deals the device's blocks (0 is nobody's) to sequences, shuffled: no table is contiguous or ascending but by chance. */
export function dealBlocks(
  device: Device,
  sequences: number,
  choices: Choices,
): readonly (readonly number[])[] {
  const { blocks, maxContext, blockSize } = device.capabilities;
  const free = Array.from({ length: blocks - 1 }, (_, block) => block + 1);
  const each = Math.ceil(maxContext / blockSize);
  return Array.from({ length: sequences }, () =>
    Array.from({ length: each }, () => at(free.splice(choices.below(free.length), 1), 0)),
  );
}

/** A run of consecutive tokens of one sequence in a step. */
export interface Run {
  readonly sequence: MixedSequence;
  readonly count: number;
}

/** The rows of runs, each sequence's together and in order, causal within; `emitOf` says what a row gives. */
export function rowsOfRuns(
  runs: readonly Run[],
  blockSize: number,
  emitOf: (sequence: MixedSequence, position: number) => Emit,
): readonly RowDescriptor[] {
  let first = 0;
  return runs.flatMap(({ sequence, count }) => {
    const base = BigInt(first);
    first += count;
    return Array.from({ length: count }, (_, n): RowDescriptor => {
      const position = sequence.computed + n;
      const blockTable = sequence.blocks.slice(0, Math.floor(position / blockSize) + 1);
      return {
        token: at(sequence.tokens, position),
        position,
        kvSlot: slotOf(blockTable, position, blockSize),
        sequence: sequence.id,
        blockTable,
        visible: ((1n << BigInt(n + 1)) - 1n) << base,
        emit: emitOf(sequence, position),
      };
    });
  });
}

/** Which sequences take part in a step and with how many rows: at random, up to the device's rows. */
export function chooseRuns(
  sequences: readonly MixedSequence[],
  rows: number,
  choices: Choices,
): readonly Run[] {
  const waiting = sequences.filter(({ tokens, computed }) => computed < tokens.length);
  const runs: Run[] = [];
  let left = choices.between(1, rows);
  while (left > 0 && waiting.length > 0) {
    const sequence = at(waiting.splice(choices.below(waiting.length), 1), 0);
    const most = Math.min(left, sequence.tokens.length - sequence.computed);
    const count = choices.between(1, most);
    runs.push({ sequence, count });
    left -= count;
  }
  return runs;
}
