import { CompilerBug } from "../../ir/index.ts";

/** A block of the KV memory; 0 is the null block. */
export type BlockId = number;

/** The block that table entries without contents name: it is never allocated, written or read. */
export const NULL_BLOCK: BlockId = 0;

/** Blocks that were asked for, or how many are missing. */
export type Allocation =
  | { readonly kind: "allocated"; readonly blocks: readonly BlockId[] }
  | { readonly kind: "no-space"; readonly short: number };

/** The KV blocks of a device: each one is free, or in use by whoever allocated it. */
export class BlockPool {
  readonly #free: BlockId[];
  readonly #used = new Set<BlockId>();

  /** `blocks` counts the null block. */
  constructor(blocks: number) {
    if (blocks < 1) throw new CompilerBug("a block pool has at least the null block");
    this.#free = Array.from({ length: blocks - 1 }, (_, i) => blocks - 1 - i);
  }

  get free(): number {
    return this.#free.length;
  }

  /** Takes `count` blocks, all or none; lowest numbers first in a new pool, last freed first later. */
  allocate(count: number): Allocation {
    if (count > this.#free.length) return { kind: "no-space", short: count - this.#free.length };
    const blocks = this.#free.splice(this.#free.length - count).reverse();
    for (const block of blocks) this.#used.add(block);
    return { kind: "allocated", blocks };
  }

  /** Gives blocks back; null blocks among them are skipped. */
  release(blocks: readonly BlockId[]): void {
    for (const block of blocks.toReversed()) {
      if (block === NULL_BLOCK) continue;
      if (!this.#used.delete(block)) throw new CompilerBug(`block ${block} is given back, but not in use`);
      this.#free.push(block);
    }
  }
}
