import { at } from "../../ir/index.ts";
import type { Device, Emit, RowDescriptor } from "../../runtime-host/index.ts";
import type { Choices } from "../fuzz/choices.ts";
import { differenceOf, stepOf } from "./compare-devices.ts";
import { chooseRuns, dealBlocks, type MixedSequence, type Run, rowsOfRuns } from "./mixed-steps.ts";
import { growTree, rowsOfTree } from "./tree-rows.ts";

/** What a play compared. */
export interface Played {
  readonly steps: number;
  readonly rows: number;
  readonly emissions: number;
  readonly cycles: number;
  /** The first difference. */
  readonly difference: string | undefined;
}

/** Random tokens of some sequences, in any mixture of rows, trees and outputs: each step on both devices, all that it gives compared. */
export async function playMixed(
  device: Device,
  reference: Device,
  { sequences: count, length, choices }: MixedOptions,
): Promise<Played> {
  const { vocab, rows: mostRows, emits, hasTrees, maxContext } = device.capabilities;
  const tables = dealBlocks(device, count + 1, choices);
  const spare = at(tables, count);
  const sequences = tables.slice(0, count).map((blocks, id): MixedSequence => {
    const tokens = Array.from({ length: choices.between(1, length) }, () => choices.below(vocab));
    return { id, tokens, computed: 0, blocks };
  });
  const mayBranch = hasTrees && mostRows <= maxContext; // a spare slot for each row
  const played = { steps: 0, rows: 0, emissions: 0, cycles: 0 };
  for (;;) {
    const runs = chooseRuns(sequences, mostRows, choices);
    if (runs.length === 0) return { ...played, difference: undefined };
    const emitOf = (): Emit => (choices.chance(50) ? "none" : choices.pick(emits));
    const speculative = runs.filter(() => mayBranch && choices.chance(25));
    const rows = rowsOfStep(runs, { speculative, spare, device, choices, emitOf });
    const found = await stepOf(device, rows);
    const wanted = await stepOf(reference, rows);
    played.steps++;
    played.rows += rows.length;
    played.emissions += wanted.emissions.length;
    played.cycles += found.counters?.cycles ?? 0;
    const difference = differenceOf(found.emissions, wanted.emissions);
    if (difference !== undefined) return { ...played, difference: `step ${played.steps}: ${difference}` };
    for (const run of runs) if (!speculative.includes(run)) run.sequence.computed += run.count;
  }
}

interface StepChoices {
  /** Runs whose rows are a tree of other tokens, nothing of which stays. */
  readonly speculative: readonly Run[];
  readonly spare: readonly number[];
  readonly device: Device;
  readonly choices: Choices;
  readonly emitOf: () => Emit;
}

/** The rows of a step: consecutive tokens, or a tree behind what its sequence has computed. */
function rowsOfStep(runs: readonly Run[], step: StepChoices): readonly RowDescriptor[] {
  const { speculative, spare, device, choices, emitOf } = step;
  const { blockSize, vocab, maxContext } = device.capabilities;
  const rows: RowDescriptor[] = [];
  for (const run of runs) {
    const firstRow = rows.length;
    const { id, blocks, computed: context } = run.sequence;
    if (!speculative.includes(run)) {
      const base = BigInt(firstRow);
      const chunk = rowsOfRuns([run], blockSize, emitOf);
      rows.push(...chunk.map((row) => ({ ...row, visible: row.visible << base })));
      continue;
    }
    const tree = growTree({ count: run.count, mostDepth: maxContext - context, vocab }, choices);
    rows.push(...rowsOfTree(tree, { sequence: id, context, firstRow, blocks, spare, blockSize, emitOf }));
  }
  return rows;
}

/** How many sequences, how long at most, and from which choices. */
export interface MixedOptions {
  readonly sequences: number;
  readonly length: number;
  readonly choices: Choices;
}

/** Greedy answers of prompts whose sequences are mixed at random into the same steps. */
export async function answerTogether(
  device: Device,
  prompts: readonly (readonly number[])[],
  maxTokens: number,
  choices: Choices,
): Promise<{
  readonly answers: readonly (readonly number[])[];
  readonly steps: number;
  readonly mixed: number;
}> {
  const { blockSize, rows: mostRows } = device.capabilities;
  const tables = dealBlocks(device, prompts.length, choices);
  const sequences = prompts.map(
    (prompt, id): MixedSequence => ({ id, tokens: [...prompt], computed: 0, blocks: at(tables, id) }),
  );
  const isOver = ({ id, tokens }: MixedSequence): boolean =>
    tokens.length === at(prompts, id).length + maxTokens;
  const [counted, both] = [{ steps: 0 }, { steps: 0 }];
  for (;;) {
    const open = sequences.filter((sequence) => !isOver(sequence));
    const runs = chooseRuns(open, mostRows, choices);
    if (runs.length === 0) break;
    const isLast = (sequence: MixedSequence, position: number): Emit =>
      position + 1 === sequence.tokens.length ? "argmax" : "none";
    const { emissions } = await stepOf(device, rowsOfRuns(runs, blockSize, isLast));
    counted.steps++;
    if (runs.length > 1) both.steps++;
    for (const run of runs) run.sequence.computed += run.count;
    const ended = runs.filter(({ sequence }) => sequence.computed === sequence.tokens.length);
    ended.forEach(({ sequence }, place) => {
      sequence.tokens.push(at(emissions, place).token);
    });
  }
  const answers = sequences.map(({ id, tokens }) => tokens.slice(at(prompts, id).length));
  return { answers, steps: counted.steps, mixed: both.steps };
}
