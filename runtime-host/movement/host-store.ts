import { type PrefixKey, sameContents } from "../blocks/prefix-key.ts";
import type { DiskStore } from "./disk-store.ts";
import { isIntact, type SealedBlock, sealBlock } from "./sealed-block.ts";

/** How much the host keeps. */
export interface HostStoreOptions {
  /** Prefix blocks that left a device, least recently used first to go; 0: none (those on disk are read all the same). */
  readonly prefixBlocks: number;
  /** Blocks of sequences that were swapped out, at most. */
  readonly swapBlocks: number;
  readonly disk?: DiskStore | undefined;
}

/** What became of a block that was asked for: its bytes, not there any more, or not what was put in. */
export type Taken =
  | { readonly kind: "intact"; readonly bytes: Uint8Array }
  | { readonly kind: "missing" }
  | { readonly kind: "corrupt" };

interface Kept {
  readonly key: PrefixKey;
  readonly block: SealedBlock;
}

/**
 * KV blocks in the host's memory and on its disk. Every block is sealed with a checksum as it comes and checked as it goes back;
 * one that is not what it was is thrown away, and its tokens are computed anew.
 */
export class HostStore {
  readonly #options: HostStoreOptions;
  readonly #kept = new Map<string, Kept>();
  #swapped = 0;
  #refused = 0;

  constructor(options: HostStoreOptions) {
    this.#options = options;
  }

  /** Whether prefix blocks that leave a device are worth taking. */
  get keepsPrefixes(): boolean {
    return this.#options.prefixBlocks > 0 || this.#options.disk !== undefined;
  }

  get usage(): { readonly prefixBlocks: number; readonly swapBlocks: number; readonly refused: number } {
    return { prefixBlocks: this.#kept.size, swapBlocks: this.#swapped, refused: this.#refused };
  }

  /** Room for the blocks of a sequence that is swapped out; whether there is. */
  reserve(blocks: number): boolean {
    if (this.#swapped + blocks > this.#options.swapBlocks) return false;
    this.#swapped += blocks;
    return true;
  }

  /** The room of a sequence that came back or ended. */
  release(blocks: number): void {
    this.#swapped -= blocks;
  }

  /** Whether a block with these contents may be here. */
  has({ hash }: PrefixKey): boolean {
    return this.#kept.has(hash) || this.#options.disk?.has(hash) === true;
  }

  async put(key: PrefixKey, bytes: Uint8Array): Promise<void> {
    const block = sealBlock(bytes);
    this.#keep({ key, block });
    const { disk } = this.#options;
    if (disk !== undefined && !disk.has(key.hash)) await disk.write(key, block);
  }

  /** The contents of a prefix block, checked. */
  async take(key: PrefixKey): Promise<Taken> {
    const kept = this.#kept.get(key.hash) ?? (await this.#fromDisk(key));
    if (kept === undefined) return { kind: "missing" };
    if (isIntact(kept.block) && sameContents(kept.key, key)) {
      this.#keep(kept);
      return { kind: "intact", bytes: kept.block.bytes };
    }
    await this.#drop(key);
    return { kind: "corrupt" };
  }

  /** The bytes of a block that was sealed, where they are still what they were. */
  open(block: SealedBlock): Uint8Array | undefined {
    if (isIntact(block)) return block.bytes;
    this.#refused += 1;
    return undefined;
  }

  async #fromDisk(key: PrefixKey): Promise<Kept | undefined> {
    const { disk } = this.#options;
    if (disk?.has(key.hash) !== true) return undefined;
    const stored = await disk.read(key.hash);
    if (stored.kind === "found") return stored;
    await this.#drop(key);
    return undefined;
  }

  async #drop({ hash }: PrefixKey): Promise<void> {
    this.#refused += 1;
    this.#kept.delete(hash);
    await this.#options.disk?.remove(hash);
  }

  /** The block is the most recently used one now; the least recently used ones leave. */
  #keep(kept: Kept): void {
    this.#kept.delete(kept.key.hash);
    this.#kept.set(kept.key.hash, kept);
    for (const hash of this.#kept.keys()) {
      if (this.#kept.size <= this.#options.prefixBlocks) return;
      this.#kept.delete(hash);
    }
  }
}
