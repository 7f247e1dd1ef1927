import { at, CompilerBug, present } from "../../ir/index.ts";
import { type BlockId, BlockPool, NULL_BLOCK } from "../blocks/block-pool.ts";
import type { HostStore } from "../movement/host-store.ts";
import type { Move, SwappedBlocks } from "../movement/moves.ts";
import { firstVisible, type SchedulerLimits } from "./limits.ts";
import type { Part } from "./plan.ts";
import { findBeginning, type Source, sharedBlocks } from "./prefix-lookup.ts";
import { keysOf, type Sequence } from "./sequence.ts";

/** What a place is made of. */
export interface PlaceOptions {
  readonly index: number;
  /** Blocks of the KV memory, the null block included. */
  readonly blocks: number;
  readonly limits: SchedulerLimits;
  /** Whether the device's blocks can be moved. */
  readonly movesBlocks: boolean;
  readonly store: HostStore | undefined;
}

/**
 * One accelerator as the scheduler sees it: numbers for sequences, KV blocks, and what has to happen to these before the next step.
 * A sequence that runs is in exactly one place.
 */
export class Place {
  readonly index: number;
  readonly pool: BlockPool;
  readonly #options: PlaceOptions;
  readonly #slots: number[];
  #moves: Move[] = [];
  /** Tokens that came with a sequence that entered, and those of them that were found. */
  readonly found = { asked: 0, hit: 0 };

  constructor(options: PlaceOptions) {
    this.index = options.index;
    this.#options = options;
    this.pool = new BlockPool(options.blocks);
    const { sequences } = options.limits;
    this.#slots = Array.from({ length: sequences }, (_, i) => sequences - 1 - i);
  }

  get hasSlot(): boolean {
    return this.#slots.length > 0;
  }

  /** What was planned for the blocks since the last time. */
  takeMoves(): readonly Move[] {
    const moves = this.#moves;
    this.#moves = [];
    return moves;
  }

  /** How many tokens of a waiting sequence need not be computed here. */
  known(sequence: Sequence): number {
    return findBeginning(sequence, this.#options.limits, this.pool, this.#options.store).computed;
  }

  /** Gives a waiting sequence a number, what is known of it, and blocks for its next `rows` tokens; or leaves everything as it was. */
  enter(sequence: Sequence, rows: number): boolean {
    if (!this.hasSlot) return false;
    const { limits, store } = this.#options;
    const { computed, sources } = findBeginning(sequence, limits, this.pool, store);
    const shared = sharedBlocks(sources);
    this.pool.share(shared); // out of the free list before anything is allocated
    const end = Math.min(sequence.tokens.length, computed + rows);
    const entries = Math.max(this.#entriesFor(end), sources.length);
    const own = sources.filter(({ kind }) => kind === "stored" || kind === "swapped").length;
    const blocks = this.#allocate(own + entries - sources.length);
    if (blocks === undefined) {
      this.pool.release(shared);
      return false;
    }
    sequence.blockTable = this.#fill(sequence, sources, blocks);
    this.found.asked += sequence.tokens.length;
    this.found.hit += computed;
    sequence.computed = computed;
    sequence.slot = this.#slots.pop();
    sequence.place = this.index;
    this.forgetSwap(sequence);
    return true;
  }

  /** Blocks for `count` more tokens, the one that is written next being the sequence's own; whether there are. */
  grow(sequence: Sequence, count: number): boolean {
    const { blockTable, computed } = sequence;
    const { blockSize } = this.#options.limits;
    const entry = Math.floor(computed / blockSize);
    const next = blockTable[entry] ?? NULL_BLOCK;
    const isShared = next !== NULL_BLOCK && this.pool.owners(next) > 1;
    const more = Math.max(0, this.#entriesFor(computed + count) - blockTable.length);
    const blocks = this.#allocate(more + Number(isShared));
    if (blocks === undefined) return false;
    const [block, ...rest] = blocks;
    if (!isShared || block === undefined) blockTable.push(...blocks);
    else {
      this.#moves.push({ kind: "copy", from: next, block, sequence });
      this.pool.release([next]);
      blockTable[entry] = block;
      blockTable.push(...rest);
    }
    return true;
  }

  /**
   * A running sequence's twin begins with its blocks, a partly filled one included: whoever writes into that first gets a copy, the
   * last one keeps it. (A copy moves the block twice over the port; computing the tokens again takes rows of a step.) Where blocks
   * cannot be moved, only full ones are shared. Whether there was a number for the twin.
   */
  fork(parent: Sequence, child: Sequence): boolean {
    if (!this.hasSlot || this.#options.limits.allocation === "reserved") return false;
    child.blockTable = this.#options.movesBlocks ? [...parent.blockTable] : this.#fullBlocks(parent);
    this.pool.share(child.blockTable);
    child.computed = Math.min(parent.computed, child.blockTable.length * this.#options.limits.blockSize);
    child.keys.push(...parent.keys);
    child.slot = this.#slots.pop();
    child.place = this.index;
    return true;
  }

  /** Gives back the blocks that no later token sees. */
  releaseUnseen({ blockTable, computed }: Sequence): void {
    const { blockSize, window, allocation } = this.#options.limits;
    if (allocation === "reserved") return;
    const first = Math.floor(firstVisible(computed, window) / blockSize);
    for (let n = 0; n < first; n++) {
      this.pool.release([at(blockTable, n)]);
      blockTable[n] = NULL_BLOCK;
    }
  }

  /** Takes a sequence's blocks and number away; they are copied to the host before, where that was asked for and there is room. */
  preempt(sequence: Sequence): void {
    const { limits, store, movesBlocks } = this.#options;
    const { blockTable, computed } = sequence;
    const used = blockTable.slice(0, Math.ceil(computed / limits.blockSize));
    const reserved = used.filter((block) => block !== NULL_BLOCK).length;
    if (limits.preemption === "swap" && movesBlocks && computed > 0 && store?.reserve(reserved) === true)
      sequence.swapped = this.#swapOut(used, computed, reserved);
    this.leave(sequence);
    sequence.computed = 0;
  }

  /** Takes blocks and number back. */
  leave(sequence: Sequence): void {
    this.pool.release(sequence.blockTable);
    sequence.blockTable = [];
    this.#slots.push(present(sequence.slot, "the number of a running sequence"));
    sequence.slot = undefined;
    sequence.place = undefined;
  }

  /** What is in the host's memory of a sequence is not needed any more. */
  forgetSwap(sequence: Sequence): void {
    const { swapped } = sequence;
    sequence.swapped = undefined;
    if (swapped !== undefined) this.#options.store?.release(swapped.reserved);
  }

  /** What the device's memory held is gone; nobody runs here at that moment. */
  loseMemory(): void {
    this.pool.forgetAll();
  }

  /** The device is gone: nobody enters any more. */
  close(): void {
    this.#slots.length = 0;
    this.pool.forgetAll();
  }

  /** What a step computed is in the KV memory, and full blocks can be found. */
  commit({ sequence, from, count }: Part): void {
    const { blockSize, prefixCaching } = this.#options.limits;
    sequence.computed = from + count;
    if (!prefixCaching) return;
    const full = Math.floor(sequence.computed / blockSize);
    const keys = keysOf(sequence, blockSize, full);
    for (let n = Math.floor(from / blockSize); n < full; n++)
      this.pool.remember(at(sequence.blockTable, n), at(keys, n));
  }

  /** Blocks that came back from the host can be found by others. */
  arrived(moves: readonly Move[]): void {
    if (!this.#options.limits.prefixCaching) return;
    for (const move of moves) {
      if (move.kind !== "restore" && move.kind !== "swap-in") continue;
      const isThere = move.sequence.place === this.index && move.sequence.blockTable.includes(move.block);
      if (move.key !== undefined && isThere) this.pool.remember(move.block, move.key);
    }
  }

  #swapOut(used: readonly BlockId[], computed: number, reserved: number): SwappedBlocks {
    const blocks = used.map((block) => (block === NULL_BLOCK ? ("null" as const) : ("lost" as const)));
    const swapped: SwappedBlocks = { computed, blocks, reserved };
    used.forEach((block, entry) => {
      if (block !== NULL_BLOCK) this.#moves.push({ kind: "swap-out", block, swapped, entry });
    });
    return swapped;
  }

  /** The table of a sequence that enters: blocks are taken from `own` in turn. */
  #fill(sequence: Sequence, sources: readonly Source[], own: readonly BlockId[]): BlockId[] {
    const rest = [...own];
    const next = (): BlockId => present(rest.shift(), "a block that was allocated");
    const table = sources.map((source): BlockId => {
      if (source.kind === "null") return NULL_BLOCK;
      if (source.kind === "shared") return source.block;
      const block = next();
      if (source.kind === "stored") this.#moves.push({ kind: "restore", block, key: source.key, sequence });
      else this.#moves.push({ kind: "swap-in", block, sealed: source.sealed, key: source.key, sequence });
      return block;
    });
    return [...table, ...rest];
  }

  /** Blocks, all or none; what they held goes to the host first, where it is kept. */
  #allocate(count: number): readonly BlockId[] | undefined {
    const allocation = this.pool.allocate(count);
    if (allocation.kind === "no-space") return undefined;
    const { store, movesBlocks } = this.#options;
    if (movesBlocks && store?.keepsPrefixes === true)
      for (const { block, key } of allocation.evicted)
        if (!store.has(key)) this.#moves.push({ kind: "save", block, key });
    return allocation.blocks;
  }

  /** Entries of a table for so many tokens. */
  #entriesFor(tokens: number): number {
    const { blockSize, allocation, maxContext } = this.#options.limits;
    return Math.ceil((allocation === "reserved" ? maxContext : tokens) / blockSize);
  }

  /** The full blocks of a sequence, where what the next token sees has not left the window. */
  #fullBlocks({ blockTable, computed }: Sequence): BlockId[] {
    const { blockSize, window } = this.#options.limits;
    const full = Math.floor(computed / blockSize);
    const first = Math.floor(firstVisible(full * blockSize, window) / blockSize);
    return blockTable.slice(first, full).includes(NULL_BLOCK) ? [] : blockTable.slice(0, full);
  }

  /** A bug where blocks and the tables of this place's sequences disagree, or where one that is written next has other owners too. */
  check(sequences: readonly Sequence[]): void {
    const own = sequences.filter(({ place }) => place === this.index);
    this.pool.check(own.map(({ blockTable }) => blockTable));
    if (new Set(own.map(({ slot }) => slot)).size < own.length)
      throw new CompilerBug("two sequences have the same number");
  }
}
