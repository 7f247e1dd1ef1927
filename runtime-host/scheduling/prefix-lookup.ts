import { type BlockId, type BlockPool, NULL_BLOCK } from "../blocks/block-pool.ts";
import type { PrefixKey } from "../blocks/prefix-key.ts";
import type { HostStore } from "../movement/host-store.ts";
import type { SealedBlock } from "../movement/sealed-block.ts";
import { firstVisible, type SchedulerLimits } from "./limits.ts";
import { keysOf, type Sequence } from "./sequence.ts";

/** Where an entry of a table that is being built comes from: nowhere (out of the window), the device, the host. */
export type Source =
  | { readonly kind: "null" }
  | { readonly kind: "shared"; readonly block: BlockId }
  | { readonly kind: "stored"; readonly key: PrefixKey }
  | { readonly kind: "swapped"; readonly sealed: SealedBlock; readonly key: PrefixKey | undefined };

/** What is there of a sequence. */
export interface Beginning {
  /** Tokens whose keys and values are there. */
  readonly computed: number;
  /** Entries of its table. */
  readonly sources: readonly Source[];
}

const NOTHING: Beginning = { computed: 0, sources: [] };

/** The most of a sequence that need not be computed: what was swapped out, or blocks that are found again. */
export function findBeginning(
  sequence: Sequence,
  limits: SchedulerLimits,
  pool: BlockPool,
  store: HostStore | undefined,
): Beginning {
  const swapped = fromSwap(sequence, limits, pool);
  if (swapped !== undefined) return swapped;
  return limits.prefixCaching ? findPrefix(sequence, limits, pool, store) : NOTHING;
}

/** The blocks that were swapped out; full ones that are still on the device are shared with whoever has them. */
function fromSwap(
  sequence: Sequence,
  { blockSize, prefixCaching }: SchedulerLimits,
  pool: BlockPool,
): Beginning | undefined {
  const { swapped } = sequence;
  if (swapped === undefined || swapped.blocks.includes("lost")) return undefined;
  const keys = prefixCaching ? keysOf(sequence, blockSize, Math.floor(swapped.computed / blockSize)) : [];
  const sources = swapped.blocks.map((sealed, entry): Source => {
    if (sealed === "null" || sealed === "lost") return { kind: "null" };
    const key = keys[entry];
    const block = key === undefined ? undefined : pool.find(key);
    return block === undefined ? { kind: "swapped", sealed, key } : { kind: "shared", block };
  });
  return { computed: swapped.computed, sources };
}

/**
 * The longest beginning of a sequence in whole blocks of which everything that the next token sees is in the KV memory or in the
 * host's; the last token is always left to compute, for its logits. Blocks that have left the window need not be there: null
 * blocks stand for them.
 */
function findPrefix(
  sequence: Sequence,
  { blockSize, window }: SchedulerLimits,
  pool: BlockPool,
  store: HostStore | undefined,
): Beginning {
  const most = Math.floor((sequence.tokens.length - 1) / blockSize);
  const found = keysOf(sequence, blockSize, most).map((key): Source | undefined => {
    const block = pool.find(key);
    if (block !== undefined) return { kind: "shared", block };
    return store?.has(key) === true ? { kind: "stored", key } : undefined;
  });
  for (let count = most; count > 0; count--) {
    const first = Math.floor(firstVisible(count * blockSize, window) / blockSize);
    const seen = found.slice(first, count).filter((source) => source !== undefined);
    if (seen.length < count - first) continue;
    const unseen = Array.from({ length: first }, (): Source => ({ kind: "null" }));
    return { computed: count * blockSize, sources: [...unseen, ...seen] };
  }
  return NOTHING;
}

/** The blocks of sources that are on the device already. */
export function sharedBlocks(sources: readonly Source[]): readonly BlockId[] {
  return sources.map((source) => (source.kind === "shared" ? source.block : NULL_BLOCK));
}
