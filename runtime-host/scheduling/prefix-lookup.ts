import { type BlockId, type BlockPool, NULL_BLOCK } from "../blocks/block-pool.ts";
import type { PrefixKey } from "../blocks/prefix-key.ts";
import { firstVisible, type SchedulerLimits } from "./limits.ts";
import { keysOf, type Sequence } from "./sequence.ts";

/** One block of a prefix: still in the KV memory, kept elsewhere, or not needed any more. */
export type FoundBlock =
  | { readonly kind: "held"; readonly block: BlockId }
  | { readonly kind: "kept"; readonly key: PrefixKey }
  | { readonly kind: "unseen"; readonly block: typeof NULL_BLOCK };

/**
 * The longest beginning of a sequence in whole blocks of which everything that the next token sees is at hand; the last
 * token is always left to compute, for its logits. Blocks that have left the window need not be anywhere.
 */
export function findPrefix(
  sequence: Sequence,
  { blockSize, window }: SchedulerLimits,
  { pool, isKept }: { readonly pool: BlockPool; readonly isKept: (key: PrefixKey) => boolean },
): readonly FoundBlock[] {
  const most = Math.floor((sequence.tokens.length - 1) / blockSize);
  const found = keysOf(sequence, blockSize, most).map((key): FoundBlock | undefined => {
    const block = pool.find(key);
    if (block !== undefined) return { kind: "held", block };
    return isKept(key) ? { kind: "kept", key } : undefined;
  });
  for (let count = most; count > 0; count--) {
    const first = Math.floor(firstVisible(count * blockSize, window) / blockSize);
    const seen = found.slice(first, count).filter((block) => block !== undefined);
    if (seen.length === count - first) {
      const unseen = Array.from({ length: first }, (): FoundBlock => ({ kind: "unseen", block: NULL_BLOCK }));
      return [...unseen, ...seen];
    }
  }
  return [];
}
