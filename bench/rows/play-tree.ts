import { at } from "../../ir/index.ts";
import { type Device, type Emit, type RowDescriptor, slotOf } from "../../runtime-host/index.ts";
import { Choices } from "../fuzz/choices.ts";
import { differenceOf, stepOf } from "./compare-devices.ts";
import { dealBlocks, type MixedSequence, rowsOfRuns } from "./mixed-steps.ts";

/** A tree of rows behind `context` committed positions. */
export interface TreeOptions {
  readonly context: number;
  readonly nodes: number;
  readonly seed: number;
}

/** A node of a speculation tree. */
interface Node {
  readonly token: number;
  /** Number of its parent; undefined: the committed context. */
  readonly parent: number | undefined;
  readonly depth: number;
}

/**
 * A context in chunks, then a random tree in one step: children share a position, each row sees its ancestors only. What every
 * row gives on hardware is what its own path, evaluated row by row on the reference, gives.
 */
export async function playTree(device: Device, reference: Device, options: TreeOptions): Promise<string> {
  const { context, nodes: count, seed } = options;
  const { blockSize, vocab, rows: mostRows, emits } = device.capabilities;
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
  const tree = growTree(count, vocab, choices);
  const emit: Emit = emits.includes("logits") ? "logits" : "argmax";
  const rows = rowsOfTree(tree, { context, blocks, spare, blockSize, emit });
  const found = await stepOf(device, rows);
  const wanted = await stepOf(reference, rows);
  return differenceOf(found.emissions, wanted.emissions) ?? "same";
}

/** Level by level, as the device port demands: a child stands one position behind its parent, which is on the level before. */
function growTree(count: number, vocab: number, choices: Choices): readonly Node[] {
  const nodes: Node[] = [{ token: choices.below(vocab), parent: undefined, depth: 0 }];
  let level = { first: 0, end: 1 };
  while (nodes.length < count) {
    const width = choices.between(1, Math.min(4, count - nodes.length));
    for (let n = 0; n < width; n++) {
      const parent = choices.between(level.first, level.end - 1);
      nodes.push({ token: choices.below(vocab), parent, depth: at(nodes, parent).depth + 1 });
    }
    level = { first: level.end, end: nodes.length };
  }
  return nodes;
}

/** Rows of a tree: the first node at each depth has the slot of its position, its siblings take spare ones. */
function rowsOfTree(
  tree: readonly Node[],
  {
    context,
    blocks,
    spare,
    blockSize,
    emit,
  }: {
    readonly context: number;
    readonly blocks: readonly number[];
    readonly spare: readonly number[];
    readonly blockSize: number;
    readonly emit: Emit;
  },
): readonly RowDescriptor[] {
  const masks: bigint[] = [];
  const seen = new Set<number>();
  return tree.map(({ token, parent, depth }, index): RowDescriptor => {
    const position = context + depth;
    const mask = (parent === undefined ? 0n : at(masks, parent)) | (1n << BigInt(index));
    masks.push(mask);
    const own = blocks.slice(0, Math.floor(position / blockSize) + 1);
    const isFirst = !seen.has(depth);
    seen.add(depth);
    const kvSlot = isFirst ? slotOf(own, position, blockSize) : slotOf(spare, index, blockSize);
    const blockTable = isFirst ? own : [...own, at(spare, Math.floor(index / blockSize))];
    return { token, position, kvSlot, sequence: 0, blockTable, visible: mask, emit };
  });
}
