import type { Device, Emit } from "../../runtime-host/index.ts";
import { Choices } from "../fuzz/choices.ts";
import { differenceOf, stepOf } from "./compare-devices.ts";
import { dealBlocks, type MixedSequence, rowsOfRuns } from "./mixed-steps.ts";
import { growTree, rowsOfTree } from "./tree-rows.ts";

/** A tree of rows behind `context` committed positions. */
export interface TreeOptions {
  readonly context: number;
  readonly nodes: number;
  readonly seed: number;
}

/**
 * A context in chunks, then a random tree in one step: children share a position, each row sees its ancestors only. What every
 * row gives on hardware is what its own path, evaluated row by row on the reference, gives.
 */
export async function playTree(device: Device, reference: Device, options: TreeOptions): Promise<string> {
  const { context, nodes: count, seed } = options;
  const { blockSize, vocab, rows: mostRows, emits, maxContext } = device.capabilities;
  const choices = new Choices(seed);
  const [blocks = [], spare = []] = dealBlocks(device, 2, choices);
  const tokens = Array.from({ length: context }, () => choices.below(vocab));
  const sequence: MixedSequence = { id: 0, tokens, computed: 0, blocks };
  while (sequence.computed < context) {
    const rows = rowsOfRuns(
      [{ sequence, count: Math.min(mostRows, context - sequence.computed) }],
      blockSize,
      () => "none",
    );
    await stepOf(device, rows);
    await stepOf(reference, rows);
    sequence.computed += rows.length;
  }
  const tree = growTree({ count, mostDepth: maxContext - context, vocab }, choices);
  const emit: Emit = emits.includes("logits") ? "logits" : "argmax";
  const place = { sequence: 0, context, firstRow: 0, blocks, spare, blockSize, emitOf: () => emit };
  const rows = rowsOfTree(tree, place);
  const found = await stepOf(device, rows);
  const wanted = await stepOf(reference, rows);
  return differenceOf(found.emissions, wanted.emissions) ?? "same";
}
