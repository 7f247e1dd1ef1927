import { at } from "../../ir/index.ts";
import { type Emit, type RowDescriptor, slotOf } from "../../runtime-host/index.ts";
import type { Choices } from "../fuzz/choices.ts";

/** A node of a speculation tree. */
interface Node {
  readonly token: number;
  /** Number of its parent; undefined: the committed context. */
  readonly parent: number | undefined;
  readonly depth: number;
}

/** Nodes of a tree, positions that it may use, tokens that there are. */
export interface TreeShape {
  readonly count: number;
  readonly mostDepth: number;
  readonly vocab: number;
}

/** Level by level, as the device port demands: a child stands one position behind its parent, which is on the level before. */
export function growTree({ count, mostDepth, vocab }: TreeShape, choices: Choices): readonly Node[] {
  const nodes: Node[] = [];
  let parents: readonly number[] = [];
  for (let depth = 0; nodes.length < count; depth++) {
    const left = count - nodes.length;
    const width = depth === mostDepth - 1 ? left : choices.between(1, Math.min(4, left));
    const first = nodes.length;
    for (let n = 0; n < width; n++) {
      const parent = depth === 0 ? undefined : choices.pick(parents);
      nodes.push({ token: choices.below(vocab), parent, depth });
    }
    parents = Array.from({ length: width }, (_, n) => first + n);
  }
  return nodes;
}

/** Where a tree stands: behind which context of which sequence, from which row of the step on. */
export interface TreePlace {
  readonly sequence: number;
  readonly context: number;
  readonly firstRow: number;
  readonly blocks: readonly number[];
  /** Blocks of nobody, a slot for each row of the step. */
  readonly spare: readonly number[];
  readonly blockSize: number;
  readonly emitOf: () => Emit;
}

/** Rows of a tree: the first node at each depth has the slot of its position, its siblings take spare ones. */
export function rowsOfTree(tree: readonly Node[], place: TreePlace): readonly RowDescriptor[] {
  const { sequence, context, firstRow, blocks, spare, blockSize, emitOf } = place;
  const masks: bigint[] = [];
  const seen = new Set<number>();
  return tree.map(({ token, parent, depth }, index): RowDescriptor => {
    const row = firstRow + index;
    const position = context + depth;
    const visible = (parent === undefined ? 0n : at(masks, parent)) | (1n << BigInt(row));
    masks.push(visible);
    const own = blocks.slice(0, Math.floor(position / blockSize) + 1);
    const isFirst = !seen.has(depth);
    seen.add(depth);
    const kvSlot = isFirst ? slotOf(own, position, blockSize) : slotOf(spare, row, blockSize);
    const blockTable = isFirst ? own : [...own, at(spare, Math.floor(row / blockSize))];
    return { token, position, kvSlot, sequence, blockTable, visible, emit: emitOf() };
  });
}
