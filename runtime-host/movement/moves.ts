import type { BlockId } from "../blocks/block-pool.ts";
import type { PrefixKey } from "../blocks/prefix-key.ts";
import type { Sequence } from "../scheduling/sequence.ts";
import type { SealedBlock } from "./sealed-block.ts";

/** The blocks of a sequence that gave up its place, as far as they are copied; a null block has none. */
export interface SwappedBlocks {
  /** Tokens whose keys and values are in them. */
  readonly computed: number;
  /** By the sequence's table; "null": has left the window; "lost": could not be read. */
  readonly blocks: (SealedBlock | "null" | "lost")[];
  /** Blocks that are reserved for it in the host's memory. */
  readonly reserved: number;
}

/**
 * What has to happen to blocks of one device before a step, in this order: blocks that are about to be overwritten are read first.
 * `save` keeps a prefix block that is evicted; `swap-out` and `swap-in` move a preempted sequence's; `restore` brings a prefix block
 * back; `copy` gives a sequence its own of a partly filled block that it shares.
 */
export type Move =
  | { readonly kind: "save"; readonly block: BlockId; readonly key: PrefixKey }
  | {
      readonly kind: "swap-out";
      readonly block: BlockId;
      readonly swapped: SwappedBlocks;
      /** Place in the table. */
      readonly entry: number;
    }
  | {
      readonly kind: "swap-in";
      readonly block: BlockId;
      readonly sealed: SealedBlock;
      readonly sequence: Sequence;
      /** Of a full block. */
      readonly key: PrefixKey | undefined;
    }
  | {
      readonly kind: "restore";
      readonly block: BlockId;
      readonly key: PrefixKey;
      readonly sequence: Sequence;
    }
  | {
      readonly kind: "copy";
      readonly from: BlockId;
      readonly block: BlockId;
      readonly sequence: Sequence;
    };

/** Blocks and bytes that went out of devices and into them. */
export interface Moved {
  readonly blocks: number;
  readonly bytesOut: number;
  readonly bytesIn: number;
}

/** Nothing was moved. */
export const NOTHING_MOVED: Moved = { blocks: 0, bytesOut: 0, bytesIn: 0 };
