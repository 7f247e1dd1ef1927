import { type BlockId, type BlockPool, NULL_BLOCK } from "../blocks/block-pool.ts";
import { firstVisible, type SchedulerLimits } from "./limits.ts";
import { keysOf, type Sequence } from "./sequence.ts";

/**
 * The longest beginning of a sequence in whole blocks of which everything that the next token sees is in the KV memory; the last
 * token is always left to compute, for its logits. Blocks that have left the window need not be there: null blocks stand for them.
 */
export function findPrefix(
  sequence: Sequence,
  { blockSize, window }: SchedulerLimits,
  pool: BlockPool,
): readonly BlockId[] {
  const most = Math.floor((sequence.tokens.length - 1) / blockSize);
  const found = keysOf(sequence, blockSize, most).map((key) => pool.find(key));
  for (let count = most; count > 0; count--) {
    const first = Math.floor(firstVisible(count * blockSize, window) / blockSize);
    const seen = found.slice(first, count).filter((block) => block !== undefined);
    if (seen.length === count - first) return [...Array.from({ length: first }, () => NULL_BLOCK), ...seen];
  }
  return [];
}
