import { CompilerBug } from "../../ir/index.ts";
import { FreeList } from "./free-list.ts";
import { type PrefixKey, sameContents } from "./prefix-key.ts";

/** A block of the KV memory; 0 is the null block. */
export type BlockId = number;

/** The block that table entries without contents name: it is never allocated, written or read. */
export const NULL_BLOCK: BlockId = 0;

/** Blocks that were asked for, or how many are missing. */
export type Allocation =
  | {
      readonly kind: "allocated";
      readonly blocks: readonly BlockId[];
      /** Those of them whose contents could still have been found: they are gone when the block is written. */
      readonly evicted: readonly { readonly block: BlockId; readonly key: PrefixKey }[];
    }
  | { readonly kind: "no-space"; readonly short: number };

/**
 * The KV blocks of a device, after vLLM's V1 block pool: each block is free or has owners (table entries that name it).
 * A free block keeps its contents until it is allocated again, least recently freed first, and can be shared until then.
 */
export class BlockPool {
  readonly #owners: Int32Array;
  readonly #free: FreeList;
  readonly #keys: (PrefixKey | undefined)[];
  readonly #byHash = new Map<string, Set<BlockId>>();

  /** `blocks` counts the null block. */
  constructor(blocks: number) {
    if (blocks < 1) throw new CompilerBug("a block pool has at least the null block");
    this.#owners = new Int32Array(blocks);
    this.#keys = Array.from({ length: blocks }, () => undefined);
    this.#free = new FreeList(blocks);
    for (let block = 1; block < blocks; block++) this.#free.append(block);
  }

  /** Blocks without owner. */
  get free(): number {
    return this.#free.length;
  }

  /** Blocks, without the null block. */
  get size(): number {
    return this.#owners.length - 1;
  }

  owners(block: BlockId): number {
    return this.#owners[block] ?? 0;
  }

  /** Takes `count` blocks, all or none: the least recently freed, whose contents are forgotten. */
  allocate(count: number): Allocation {
    if (count > this.free) return { kind: "no-space", short: count - this.free };
    const blocks = Array.from({ length: count }, () => this.#free.takeFirst());
    const evicted = blocks.flatMap((block) => {
      this.#owners[block] = 1;
      const key = this.#forget(block);
      return key === undefined ? [] : [{ block, key }];
    });
    return { kind: "allocated", blocks, evicted };
  }

  /** One more owner for each block; null blocks are skipped. */
  share(blocks: readonly BlockId[]): void {
    for (const block of blocks) {
      if (block === NULL_BLOCK) continue;
      const owners = this.owners(block);
      if (owners === 0) this.#free.remove(block);
      this.#owners[block] = owners + 1;
    }
  }

  /** One owner less for each block, the last of the list first: the tail of a sequence is the first to be evicted. */
  release(blocks: readonly BlockId[]): void {
    for (const block of blocks.toReversed()) {
      if (block === NULL_BLOCK) continue;
      const owners = this.owners(block);
      if (owners === 0) throw new CompilerBug(`block ${String(block)} is given back, but not in use`);
      this.#owners[block] = owners - 1;
      if (owners === 1) this.#free.append(block);
    }
  }

  /** Notes what a full block holds, so that others can find it. */
  remember(block: BlockId, key: PrefixKey): void {
    if (this.owners(block) === 0) throw new CompilerBug(`block ${String(block)} is free and gets contents`);
    if (this.#keys[block] !== undefined) return;
    this.#keys[block] = key;
    const blocks = this.#byHash.get(key.hash) ?? new Set();
    this.#byHash.set(key.hash, blocks.add(block));
  }

  /** A block with these contents, in use or free. */
  find(key: PrefixKey): BlockId | undefined {
    for (const block of this.#byHash.get(key.hash) ?? []) {
      const held = this.#keys[block];
      if (held !== undefined && sameContents(held, key)) return block;
    }
    return undefined;
  }

  /** What all blocks held is lost. */
  forgetAll(): void {
    this.#keys.fill(undefined);
    this.#byHash.clear();
  }

  /** The blocks whose contents are known. */
  get remembered(): readonly { readonly block: BlockId; readonly key: PrefixKey }[] {
    return this.#keys.flatMap((key, block) => (key === undefined ? [] : [{ block, key }]));
  }

  #forget(block: BlockId): PrefixKey | undefined {
    const key = this.#keys[block];
    if (key === undefined) return undefined;
    this.#keys[block] = undefined;
    const blocks = this.#byHash.get(key.hash);
    blocks?.delete(block);
    if (blocks?.size === 0) this.#byHash.delete(key.hash);
    return key;
  }

  /** A bug where a block's owners are not the entries of `tables` that name it, or where a block in use is in the free list. */
  check(tables: readonly (readonly BlockId[])[]): void {
    const entries = new Int32Array(this.#owners.length);
    for (const block of tables.flat()) entries[block] = (entries[block] ?? 0) + 1;
    for (let block = 1; block < this.#owners.length; block++) {
      const [owners, named] = [this.owners(block), entries[block] ?? 0];
      if (owners !== named)
        throw new CompilerBug(
          `block ${String(block)} has ${String(owners)} owners, ${String(named)} tables name it`,
        );
      if (this.#free.has(block) !== (owners === 0))
        throw new CompilerBug(`block ${String(block)} is free and in use`);
    }
  }
}
